package io.resketch.core.decode;

import io.resketch.core.operator.Operators;
import io.resketch.core.operator.PathEnergies;
import io.resketch.core.operator.SignatureProbe;
import io.resketch.core.operator.TreeOperator.Node;
import io.resketch.core.stats.ModuleProfile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * Ranks the objects that a tree may lack by what their positions alone show of their signatures and
 * attributes in what the tree leaves. What all positions of a list share, neighbours of one module
 * have taken up. Nothing is decided here. Holds workspace: not thread-safe.
 */
final class BlindScreen {
  private final SignatureProbe probe;
  private final PathEnergies paths;
  private final List<ModuleProfile> known;
  private final float[] object;
  private final float[] own;
  private final float[][] attributes;

  BlindScreen(Operators operators, PathEnergies paths, List<ModuleProfile> known) {
    this.paths = paths;
    this.known = known;
    this.probe =
        new SignatureProbe(
            operators,
            known.stream().map(ModuleProfile::name).toList(),
            known.stream().mapToInt(ModuleProfile::dimension).toArray());
    int d = operators.spec().dimension();
    this.object = new float[d];
    this.own = new float[d];
    this.attributes = new float[known.size()][];
    for (int m = 0; m < attributes.length; m++) {
      attributes[m] = new float[known.get(m).dimension()];
    }
  }

  private record Scored(Node node, double score) {}

  /** The free places of a list that are searched: gaps, and some behind the last taken one. */
  static List<Integer> freePositions(BlindFit fit, int parent) {
    List<Integer> free = new ArrayList<>();
    for (int position = 0; position < BlindSearch.positions(fit, parent); position++) {
      if (fit.at(parent, position) < 0) {
        free.add(position);
      }
    }
    return free;
  }

  /** The likeliest objects to add to a tree, the likeliest first. */
  List<Node> best(BlindFit fit, int count) {
    List<Scored> scored = new ArrayList<>();
    scan(fit, -1, fit.residual, scored);
    for (int n = 0; n < fit.nodes.size(); n++) {
      if (fit.nodes.get(n).inner()) {
        scan(fit, n, list(fit, fit.path(n)), scored);
      }
    }
    return scored.stream()
        .sorted(Comparator.comparingDouble(s -> -s.score))
        .limit(count)
        .map(Scored::node)
        .toList();
  }

  /** The adjoint of a path down to the list of inputs of its end. */
  private float[] list(BlindFit fit, int[] path) {
    float[] list = fit.residual;
    for (int position : path) {
      float[] inputs = new float[object.length];
      probe.toPosition(list, position, object);
      probe.toInputs(object, inputs);
      list = inputs;
    }
    return list;
  }

  private void scan(BlindFit fit, int parent, float[] list, List<Scored> out) {
    double kept = (double) fit.prefixLength() / object.length;
    for (int position : freePositions(fit, parent)) {
      probe.toPositionOnly(list, position, object);
      int[] path = fit.path(parent, position);
      for (boolean inner : new boolean[] {false, true}) {
        if (inner) {
          probe.toOwn(object, own);
        }
        double energy = kept * paths.of(path, inner) / 2;
        for (int m = 0; m < known.size(); m++) {
          ModuleProfile profile = known.get(m);
          Node node = new Node(parent, position, profile.name(), profile.dimension(), inner);
          out.add(new Scored(node, score(m, inner ? own : object, energy, fit.noise)));
        }
      }
    }
  }

  /** Energy explained beyond what noise would. */
  private double score(int module, float[] y, double energy, double noise) {
    double signal = Math.max(0, probe.dot(module, y));
    double squares = signal * signal;
    Arrays.fill(attributes[module], 0f);
    probe.attributes(module, y, attributes[module]);
    for (float a : attributes[module]) {
      squares += (double) a * a;
    }
    return squares / energy - (1 + attributes[module].length) * noise;
  }
}
