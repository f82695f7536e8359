package io.resketch.core.decode;

import io.resketch.core.operator.Operators;
import io.resketch.core.operator.PathEnergies;
import io.resketch.core.operator.TreeOperator.Node;
import io.resketch.core.sketch.Sketch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Looks for the few objects that a tree lacks where it does not explain its sketch. A prefix may
 * hold so little of what is a position's own that no signature stands out there; but only the true
 * object, signature and attributes together, brings the rest of the sketch down to its noise. What
 * does not lead there is not added.
 */
final class BlindCompletion {
  private static final int MAX_ADDED = 8;

  /** Places tried for each object added. */
  private static final int TRIALS = 12;

  /**
   * Noise after an object is added, over that before, above which the tree lacks more than that.
   */
  private static final double WORTH = 0.9;

  private final Operators operators;
  private final PathEnergies paths;
  private final BlindScreen screen;
  private final BlindNoise noise;
  private final DecodingBudget budget;
  private final float[] data;
  private final int prefixLength;

  BlindCompletion(
      Operators operators,
      PathEnergies paths,
      BlindScreen screen,
      Sketch sketch,
      BlindNoise noise,
      DecodingBudget budget) {
    this.operators = operators;
    this.paths = paths;
    this.screen = screen;
    this.noise = noise;
    this.budget = budget;
    this.data = sketch.toPaddedArray();
    this.prefixLength = sketch.prefixLength();
  }

  /** A tree with more objects that explains the sketch; the one given if none is found. */
  BlindFit complete(BlindFit found) {
    if (found.nodes.isEmpty() || noise.explains(found)) {
      return found;
    }
    BlindFit fit = fit(found.nodes);
    while (!noise.explains(fit)) {
      BlindFit better = noise.isFull(fit) || budget.spent() ? fit : extend(fit);
      if (better.noise > WORTH * fit.noise
          || better.nodes.size() > found.nodes.size() + MAX_ADDED) {
        return found;
      }
      fit = better;
    }
    return isSound(fit, found.nodes.size()) ? fit : found;
  }

  /** A fit that takes the tree for complete: what it leaves is the stated noise. */
  private BlindFit fit(List<Node> nodes) {
    budget.fit(BlindFit.unknowns(nodes));
    double[] sizes = new double[nodes.size()];
    Arrays.fill(sizes, 1.0 / nodes.size());
    return new BlindFit(operators, paths, nodes, data, prefixLength, sizes, noise.variance());
  }

  /** The tree with the object that explains most of what is left. */
  private BlindFit extend(BlindFit fit) {
    BlindFit best = fit;
    for (Node node : screen.best(fit, TRIALS)) {
      List<Node> nodes = new ArrayList<>(fit.nodes);
      nodes.add(node);
      BlindFit trial = fit(nodes);
      best = trial.noise < best.noise ? trial : best;
    }
    return best;
  }

  /**
   * Whether all objects have weight, and those from index {@code first} on are at the only places
   * that explain the sketch: places of which the prefix holds nothing look the same.
   */
  private boolean isSound(BlindFit fit, int first) {
    double[] errors = fit.errors().strengths();
    for (int n = 0; n < fit.nodes.size(); n++) {
      if (fit.strength(n) < BlindGrowth.PRUNE * errors[n]) {
        return false;
      }
    }
    for (int n = first; n < fit.nodes.size(); n++) {
      Node node = fit.nodes.get(n);
      for (int position : BlindScreen.freePositions(fit, node.parent())) {
        List<Node> moved = new ArrayList<>(fit.nodes);
        moved.set(
            n, new Node(node.parent(), position, node.module(), node.dimension(), node.inner()));
        if (noise.explains(fit(moved))) {
          return false;
        }
      }
    }
    return true;
  }
}
