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
 * Looks for further objects in what a tree leaves of a sketch. A hypothesis is a module in one of
 * two forms, with inputs or without, at a position of the roots or of an object's inputs.
 *
 * <p>Of a module that the sketch does not hold, the random signs bound the chance of a signal
 * whatever the rest of the sketch is; the threshold shares the false detection rate among all
 * hypotheses of a scan. A module that is there but elsewhere shows at wrong places, too, through
 * the identity parts of the operators; so a signal must also be seen through each position of its
 * path alone, and must not be seen as strongly below its place. Holds workspace.
 */
final class BlindSearch {
  private static final int MAX_POSITIONS = 256;
  private static final int MAX_DEPTH = 8;

  /** Free positions looked at behind the last taken one of a list. */
  private static final int LOOKAHEAD = 16;

  /**
   * Chance that a scan passes a module that is in the sketch at a wrong place. Below 1e-2 objects
   * near the noise would be lost by the dozen to spare few wrong ones.
   */
  private static final double MISPLACED_RATE = 1e-2;

  /** Share of what an object of a signal's strength would show there that it must show. */
  private static final double PRESENT = 0.25;

  /** A list is not searched if an object as strong as its parent would not have as many. */
  private static final double HOPELESS = 4;

  /**
   * A hypothesis whose signal stands out.
   *
   * @param strength effective weight that it would have
   * @param gain energy of the sketch that its signature would explain
   */
  record Candidate(
      int parent, int position, int module, boolean inner, double strength, double gain) {}

  /**
   * What a scan found.
   *
   * @param free candidates at free positions, the largest gain first
   * @param rivals candidates of other modules at positions that are taken, likewise
   * @param specific deviations that a signal must have through each position of its path alone: the
   *     chance of a misplaced object shared among all candidates
   */
  record Scan(List<Candidate> free, List<Candidate> rivals, double specific) {}

  private final SignatureProbe probe;
  private final PathEnergies paths;
  private final List<ModuleProfile> known;
  private final double falseDetectionRate;

  /** Adjoints of the residual at the lists and at the objects of each depth. */
  private final float[][] lists = new float[MAX_DEPTH][];

  private final float[][] objects = new float[MAX_DEPTH][];
  private final float[] own;

  private BlindFit fit;
  private double kept;
  private double noise;
  private double threshold;
  private List<Candidate> free;
  private List<Candidate> rivals;

  BlindSearch(
      Operators operators,
      PathEnergies paths,
      List<ModuleProfile> known,
      double falseDetectionRate) {
    this.paths = paths;
    this.known = known;
    this.falseDetectionRate = falseDetectionRate;
    this.probe =
        new SignatureProbe(
            operators,
            known.stream().map(ModuleProfile::name).toList(),
            known.stream().mapToInt(ModuleProfile::dimension).toArray());
    int d = operators.spec().dimension();
    this.own = new float[d];
    for (int i = 0; i < MAX_DEPTH; i++) {
      lists[i] = new float[d];
      objects[i] = new float[d];
    }
  }

  /** Every hypothesis above the threshold. */
  Scan scan(BlindFit current) {
    use(current);
    threshold = threshold(falseDetectionRate / hypotheses());
    free = new ArrayList<>();
    rivals = new ArrayList<>();
    System.arraycopy(fit.residual, 0, lists[0], 0, own.length);
    scanList(-1, 0);
    Comparator<Candidate> byGain = Comparator.comparingDouble(c -> -c.gain);
    free.sort(byGain);
    rivals.sort(byGain);
    int candidates = Math.max(1, free.size() + rivals.size());
    return new Scan(free, rivals, threshold(MISPLACED_RATE / candidates));
  }

  private void use(BlindFit current) {
    fit = current;
    kept = (double) fit.prefixLength() / own.length;
    double energy = 0;
    for (float v : fit.residual) {
      energy += (double) v * v;
    }
    noise = energy / fit.prefixLength();
  }

  /**
   * Bound on the chance that a weighted sum of random signs exceeds t deviations, 3.178 times that
   * of a normal variable (Bentkus, Dzindzalieta, "A tight Gaussian bound for weighted sums of
   * Rademacher random variables", Bernoulli 2015), in turn below φ(t)/t.
   */
  static double chance(double t) {
    return t < 1 ? 1 : 3.178 / Math.sqrt(2 * Math.PI) * Math.exp(-t * t / 2) / t;
  }

  private static double threshold(double chance) {
    double t = Math.sqrt(-2 * Math.log(chance));
    for (int i = 0; i < 5; i++) {
      t = Math.sqrt(t * t + 2 * Math.log(chance(t) / chance));
    }
    return t;
  }

  /** Hypotheses of a scan of this tree. */
  double hypotheses() {
    double lists = positions(fit, -1);
    for (int n = 0; n < fit.nodes.size(); n++) {
      lists += searched(n) ? positions(fit, n) : 0;
    }
    return 2.0 * known.size() * lists;
  }

  /** Positions of a list that are searched: to some behind the last taken one. */
  static int positions(BlindFit fit, int parent) {
    int last = -1;
    for (Node node : fit.nodes) {
      last = node.parent() == parent ? Math.max(last, node.position()) : last;
    }
    return Math.min(MAX_POSITIONS, last + 1 + LOOKAHEAD);
  }

  private boolean searched(int n) {
    int depth = fit.path(n).length;
    // An input's signature column has 1/16 of the energy of one without inputs in its place.
    double energy = fit.energy(n) * (fit.nodes.get(n).inner() ? 0.5 : 0);
    return depth < MAX_DEPTH && fit.strength(n) * Math.sqrt(energy / noise) >= HOPELESS;
  }

  private void scanList(int parent, int depth) {
    int positions = positions(fit, parent);
    for (int position = 0; position < positions; position++) {
      int occupant = fit.at(parent, position);
      float[] object = objects[depth];
      probe.toPosition(lists[depth], position, object);
      for (int m = 0; m < known.size(); m++) {
        consider(parent, position, m, false, object, occupant);
      }
      probe.toOwn(object, own);
      for (int m = 0; m < known.size(); m++) {
        consider(parent, position, m, true, own, occupant);
      }
      if (occupant >= 0 && searched(occupant)) {
        probe.toInputs(object, lists[depth + 1]);
        scanList(occupant, depth + 1);
      }
    }
  }

  private void consider(
      int parent, int position, int module, boolean inner, float[] y, int occupant) {
    double dot = probe.dot(module, y);
    if (dot <= 0 || dot < threshold * probe.deviation(module, y)) {
      return;
    }
    double energy = kept * paths.of(fit.path(parent, position), inner);
    Candidate candidate =
        new Candidate(parent, position, module, inner, dot / energy, dot * dot / energy);
    if (occupant < 0) {
      free.add(candidate);
    } else if (!fit.nodes.get(occupant).module().equals(known.get(module).name())) {
      rivals.add(candidate);
    }
  }

  /**
   * Whether a signal comes from its very place: it is seen through every position of the path
   * alone, and no place one level further down explains it better.
   *
   * @param minimum deviations wanted through each position alone
   * @param tolerated gain that a place further down may have, as a share of the candidate's
   */
  boolean isSpecific(Candidate candidate, float[] vector, double minimum, double tolerated) {
    int[] path = fit.path(candidate.parent, candidate.position);
    for (int position : path) {
      float[] y = own(candidate.inner, pull(path, position, vector));
      double dot = probe.dot(candidate.module, y);
      int copies = (int) Arrays.stream(path).filter(p -> p == position).count();
      double expected = Math.pow(0.5, copies) * candidate.strength * energy(candidate);
      if (dot < minimum * probe.deviation(candidate.module, y) || dot < PRESENT * expected) {
        return false;
      }
    }
    return path.length == MAX_DEPTH
        || Math.max(gainBelow(candidate, path, vector), gainBelowAnother(candidate, path, vector))
            <= tolerated * candidate.gain;
  }

  /** Largest gain of the candidate's module as an input of whatever is at the candidate's place. */
  private double gainBelow(Candidate candidate, int[] path, float[] vector) {
    int depth = path.length;
    probe.toInputs(pull(path, -1, vector), lists[depth]);
    int[] deeper = Arrays.copyOf(path, depth + 1);
    double largest = 0;
    for (int position = 0; position < LOOKAHEAD; position++) {
      deeper[depth] = position;
      probe.toPosition(lists[depth], position, objects[depth]);
      largest = Math.max(largest, gain(candidate.module, deeper, objects[depth]));
    }
    return largest;
  }

  /**
   * Largest gain of the candidate's module at its position among the inputs of an object that is
   * not found, next to its place.
   */
  private double gainBelowAnother(Candidate candidate, int[] path, float[] vector) {
    int depth = path.length;
    pull(path, -1, vector);
    float[] list = depth == 1 ? vector : lists[depth - 1];
    int[] deeper = Arrays.copyOf(path, depth + 1);
    deeper[depth] = candidate.position;
    double largest = 0;
    for (int position = 0; position < LOOKAHEAD; position++) {
      if (fit.at(candidate.parent, position) < 0) {
        deeper[depth - 1] = position;
        probe.toPosition(list, position, objects[depth - 1]);
        probe.toInputs(objects[depth - 1], lists[depth]);
        probe.toPosition(lists[depth], candidate.position, objects[depth]);
        largest = Math.max(largest, gain(candidate.module, deeper, objects[depth]));
      }
    }
    return largest;
  }

  /** Energy that a module's signature at the end of a path explains, in the better form. */
  private double gain(int module, int[] path, float[] y) {
    double largest = 0;
    for (boolean inner : new boolean[] {false, true}) {
      double dot = Math.max(0, probe.dot(module, own(inner, y)));
      largest = Math.max(largest, dot * dot / (kept * paths.of(path, inner)));
    }
    return largest;
  }

  private double energy(Candidate candidate) {
    return candidate.gain / (candidate.strength * candidate.strength);
  }

  private float[] own(boolean inner, float[] y) {
    if (inner) {
      probe.toOwn(y, own);
    }
    return inner ? own : y;
  }

  /**
   * The adjoint of a path, or only what belongs to one of its positions, wherever in the path that
   * stands.
   *
   * @param only −1 for all
   */
  private float[] pull(int[] path, int only, float[] vector) {
    float[] g = vector;
    for (int k = 0; k < path.length; k++) {
      if (k > 0) {
        probe.toInputs(g, lists[k]);
        g = lists[k];
      }
      if (path[k] == only) {
        probe.toPositionOnly(g, path[k], objects[k]);
      } else {
        probe.toPosition(g, path[k], objects[k]);
      }
      g = objects[k];
    }
    return g;
  }

  /**
   * The signature of node {@code n} in what the sketch looks like without the tree. What is left of
   * the sketch is scaled up by what the fit took of the noise.
   */
  private float[] withSignature(int n) {
    float[] alone = new float[own.length];
    fit.operator.signatureColumn(n, alone);
    float scale = (float) (1 / (1 - fit.load()));
    for (int i = 0; i < fit.prefixLength(); i++) {
      alone[i] = scale * fit.residual[i] + fit.x[n] * alone[i];
    }
    Arrays.fill(alone, fit.prefixLength(), alone.length, 0f);
    return alone;
  }

  /** Deviations by which the signature of node {@code n} stands out, all others subtracted. */
  double deviations(BlindFit current, int n) {
    use(current);
    Node node = fit.nodes.get(n);
    float[] y = own(node.inner(), pull(fit.path(n), -1, withSignature(n)));
    double deviation = probe.deviation(module(node), y);
    return deviation == 0 ? 0 : probe.dot(module(node), y) / deviation;
  }

  /**
   * Deviations by which the signature of node {@code n} stands out through each position of its
   * path alone, all others subtracted: the least of them.
   */
  double placedDeviations(BlindFit current, int n) {
    use(current);
    Node node = fit.nodes.get(n);
    float[] alone = withSignature(n);
    double least = Double.POSITIVE_INFINITY;
    int[] path = fit.path(n);
    for (int position : path) {
      float[] y = own(node.inner(), pull(path, position, alone));
      double deviation = probe.deviation(module(node), y);
      least = Math.min(least, deviation == 0 ? 0 : probe.dot(module(node), y) / deviation);
    }
    return least;
  }

  /** Whether node {@code n} is still specific with all others subtracted. */
  boolean isPlaced(BlindFit current, int n, double specific) {
    use(current);
    Node node = fit.nodes.get(n);
    float[] vector = withSignature(n);
    double energy = fit.energy(n);
    double dot = probe.dot(module(node), own(node.inner(), pull(fit.path(n), -1, vector)));
    return isSpecific(
        new Candidate(
            node.parent(),
            node.position(),
            module(node),
            node.inner(),
            dot / energy,
            dot * dot / energy),
        vector,
        specific,
        1);
  }

  /**
   * Whether node {@code n}, with no inputs found, is better explained in the other form: compares
   * what signature and attributes of either form take up of the sketch without the node.
   */
  boolean isOtherForm(BlindFit current, int n) {
    use(current);
    float[] alone = new float[own.length];
    fit.operator.contribution(n, fit.x, alone);
    for (int i = 0; i < fit.prefixLength(); i++) {
      alone[i] += fit.residual[i];
    }
    Arrays.fill(alone, fit.prefixLength(), alone.length, 0f);
    Node node = fit.nodes.get(n);
    float[] y = pull(fit.path(n), -1, alone);
    double leaf = gain(n, false, y);
    probe.toOwn(y, own);
    double inner = gain(n, true, own);
    return node.inner() ? leaf > inner : inner > leaf;
  }

  private double gain(int n, boolean inner, float[] y) {
    int dimension = fit.nodes.get(n).dimension();
    double energy = kept * paths.of(fit.path(n), inner);
    double signal = probe.dot(module(fit.nodes.get(n)), y);
    double strength = Math.max(signal / energy, 1e-30);
    double ridge = fit.noise * dimension / (strength * strength);
    float[] attributes = new float[dimension];
    probe.attributes(module(fit.nodes.get(n)), y, attributes);
    double sum = signal * Math.max(signal, 0) / energy;
    for (float a : attributes) {
      sum += (double) a * a / (energy + ridge);
    }
    return sum;
  }

  private int module(Node node) {
    for (int m = 0; m < known.size(); m++) {
      if (known.get(m).name().equals(node.module())) {
        return m;
      }
    }
    throw new IllegalStateException("a tree is made of known modules");
  }

  /** The node that a candidate stands for. */
  Node node(Candidate candidate) {
    ModuleProfile profile = known.get(candidate.module);
    return new Node(
        candidate.parent, candidate.position, profile.name(), profile.dimension(), candidate.inner);
  }
}
