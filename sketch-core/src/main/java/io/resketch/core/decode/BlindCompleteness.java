package io.resketch.core.decode;

import io.resketch.core.operator.Operators;
import io.resketch.core.operator.TreeOperator.Node;
import java.util.Arrays;
import java.util.Locale;

/**
 * Whether anything may be missing from a tree: the weights of every list must add up, the tree must
 * leave no more of the sketch than its noise, and an object a quarter as heavy as the lightest one
 * found in a list must not be able to hide in that noise.
 */
final class BlindCompleteness {
  /** Missing weight that a complete list may show beside its standard errors. */
  private static final double WEIGHT_TOLERANCE = 2e-3;

  /** Standard errors that what is not seen may be away. */
  private static final double DEVIATIONS = 4;

  /** Weight hidden in the noise over that of the lightest object of the list. */
  private static final double HIDDEN = 0.25;

  private final BlindFit fit;
  private final BlindNoise noise;
  private final BlindFit.Errors errors;
  private final boolean explained;

  private final BlindResolution resolution;
  private final double[] strengthErrors;

  BlindCompleteness(Operators operators, BlindFit fit, BlindNoise noise) {
    this.fit = fit;
    this.noise = noise;
    this.errors = fit.errors();
    this.explained = noise.explains(fit);
    this.resolution = new BlindResolution(operators, fit, Math.max(fit.noise, noise.variance()));
    this.strengthErrors = new double[fit.nodes.size()];
    Arrays.setAll(strengthErrors, n -> Math.hypot(errors.strengths()[n], resolution.bias(n)));
  }

  /**
   * Standard errors, those of strengths with what objects that are missing may have added to their
   * neighbours.
   */
  BlindFit.Errors errors() {
    return new BlindFit.Errors(strengthErrors, errors.attributes());
  }

  /** Whether the tree leaves no more of the sketch than its noise. */
  boolean isExplained() {
    return explained;
  }

  /** The largest share of the weight of a list that an object may have which is not found. */
  double hiddenWeight() {
    double largest = explained ? 0 : 1;
    for (int parent = -1; parent < fit.nodes.size(); parent++) {
      largest =
          isList(parent)
              ? Math.max(largest, resolution.hidden(parent) / expected(parent))
              : largest;
    }
    return Math.min(1, largest);
  }

  /** Why the tree is not complete; empty if it is. */
  String reason() {
    String reason = "";
    for (int parent = -1; parent < fit.nodes.size() && reason.isEmpty(); parent++) {
      reason = isList(parent) ? missing(parent) : "";
    }
    if (reason.isEmpty()) {
      reason = unexplained();
    }
    for (int parent = -1; parent < fit.nodes.size() && reason.isEmpty(); parent++) {
      reason = isList(parent) ? hiding(parent) : "";
    }
    return reason;
  }

  private boolean isList(int parent) {
    return parent < 0 || fit.nodes.get(parent).inner();
  }

  private double expected(int parent) {
    return parent < 0 ? 1 : fit.strength(parent);
  }

  private String name(int parent) {
    return parent < 0 ? "roots" : "inputs of " + fit.nodes.get(parent).module();
  }

  /** Of a list whose weights do not add up. */
  private String missing(int parent) {
    double sum = 0;
    double variance = parent < 0 ? 0 : Math.pow(errors.strengths()[parent], 2);
    for (int n = 0; n < fit.nodes.size(); n++) {
      if (fit.nodes.get(n).parent() == parent) {
        sum += fit.strength(n);
        variance += Math.pow(errors.strengths()[n], 2);
      }
    }
    double expected = expected(parent);
    double tolerance = Math.max(DEVIATIONS * Math.sqrt(variance), WEIGHT_TOLERANCE * expected);
    if (Math.abs(sum - expected) <= tolerance && tolerance <= 0.1 * expected) {
      return "";
    }
    return String.format(
        Locale.ROOT,
        "%s: found weights sum to %.3f ± %.3f of 1; the rest is below the noise or of modules"
            + " that are not known",
        name(parent),
        sum / expected,
        Math.sqrt(variance) / expected);
  }

  private String unexplained() {
    if (noise.isFull(fit)) {
      return String.format(
          Locale.ROOT,
          "the %d floats kept are too few for %d objects to show that none is missing; keep more",
          fit.prefixLength(),
          fit.nodes.size());
    }
    if (explained) {
      return "";
    }
    return String.format(
        Locale.ROOT,
        "the objects found leave %.1f times the noise that rounding explains: others are missing,"
            + " their weight taken by those of their module, or of modules that are not known",
        Math.sqrt(fit.noise / noise.variance()));
  }

  private String hiding(int parent) {
    double unseen = resolution.hidden(parent);
    double lightest = expected(parent);
    for (Node node : fit.nodes) {
      if (node.parent() == parent) {
        lightest = Math.min(lightest, fit.strength(fit.at(parent, node.position())));
      }
    }
    if (unseen <= HIDDEN * lightest) {
      return "";
    }
    if (Double.isInfinite(unseen)) {
      return name(parent)
          + ": the floats kept do not tell positions apart, an object of a module found may be"
          + " missing or at another position; keep more";
    }
    return String.format(
        Locale.ROOT,
        "%s: an object with %.3f of the weight may hide in the noise, the lightest one found has"
            + " %.3f",
        name(parent),
        unseen / expected(parent),
        lightest / expected(parent));
  }
}
