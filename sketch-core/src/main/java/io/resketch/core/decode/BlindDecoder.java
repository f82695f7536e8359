package io.resketch.core.decode;

import io.resketch.core.InvalidInputException;
import io.resketch.core.decode.BlindSearch.Candidate;
import io.resketch.core.operator.Operators;
import io.resketch.core.operator.PathEnergies;
import io.resketch.core.operator.TreeOperator.Node;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.stats.ModuleProfile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Unrolls a sketch without its skeleton: finds the objects of known modules by their signatures,
 * estimates their weights and attributes, subtracts them, and descends, until nothing stands out of
 * the noise. Orthogonal matching pursuit (Pati, Rezaiifar, Krishnaprasad, 1993) over a growing
 * tree: every round accepts at most one object of each module and fits all objects anew.
 *
 * <p>Works on one computation, or on a sum of runs of one skeleton; a sum of different computations
 * has no tree, which the status says where it can be seen. Deterministic. Holds workspace: not
 * thread-safe.
 */
public final class BlindDecoder {
  /** Chance that a sketch of none of the known modules gives any object. */
  static final double FALSE_DETECTION_RATE = 1e-3;

  /** Share of a rival's gain that a place below may have for a sketch to be called mixed. */
  private static final double RIVAL_TOLERATED = 0.5;

  /** Missing weight that a complete list may show beside its standard errors. */
  private static final double WEIGHT_TOLERANCE = 2e-3;

  private final Operators operators;
  private final List<ModuleProfile> known;
  private final BlindSearch search;
  private final PathEnergies paths = new PathEnergies();

  /**
   * A decoder of sketches of one spec.
   *
   * @param known modules to look for, at least one; attributes are decoded where the dimension is
   *     known, and disturb the rest where it is not
   * @throws InvalidInputException if there is none, or a name stands twice
   */
  public BlindDecoder(Operators operators, List<ModuleProfile> known) {
    if (known.isEmpty()) {
      throw new InvalidInputException("known", "is empty; name the modules to look for");
    }
    if (known.stream().map(ModuleProfile::name).distinct().count() != known.size()) {
      throw new InvalidInputException("known", "a name stands twice; name each module once");
    }
    this.operators = operators;
    this.known = List.copyOf(known);
    this.search = new BlindSearch(operators, paths, this.known, FALSE_DETECTION_RATE);
  }

  /**
   * Unrolls a sketch of any prefix length.
   *
   * @throws io.resketch.core.MismatchException if it was made with another spec
   */
  public BlindTree decode(Sketch sketch) {
    sketch.requireFingerprint(operators.spec().fingerprint());
    BlindGrowth growth = new BlindGrowth(operators, paths, search, sketch);
    return tree(sketch, growth.grow(), growth.exhausted());
  }

  private BlindTree tree(Sketch sketch, BlindFit fit, boolean exhausted) {
    BlindSearch.Scan scan = search.scan(fit);
    BlindFit.Errors errors = fit.errors();
    List<BlindObject> objects = new ArrayList<>();
    for (int n = 0; n < fit.nodes.size(); n++) {
      objects.add(object(fit, n, errors));
    }
    double energy = 0;
    for (float v : fit.residual) {
      energy += (double) v * v;
    }
    double relative = sketch.energy() == 0 ? 0 : Math.sqrt(energy / sketch.energy());
    String rival = exhausted ? "" : rival(fit, scan);
    BlindTree.Status status = BlindTree.Status.COMPLETE;
    String reason = "";
    if (!rival.isEmpty()) {
      status = BlindTree.Status.MIXED;
      reason = rival;
    } else if (objects.isEmpty()) {
      status = BlindTree.Status.NOTHING_FOUND;
      reason = "no signature of a known module stands out of the noise";
    } else {
      reason = missing(fit, errors.strengths());
      status = reason.isEmpty() ? BlindTree.Status.COMPLETE : BlindTree.Status.PARTIAL;
    }
    return new BlindTree(status, reason, objects, relative, sketch.mass());
  }

  private BlindObject object(BlindFit fit, int n, BlindFit.Errors errors) {
    Node node = fit.nodes.get(n);
    double strength = fit.strength(n);
    float[] attributes = new float[node.dimension()];
    double sum = 0;
    for (int j = 0; j < attributes.length; j++) {
      attributes[j] = (float) (fit.x[fit.operator.offset(n) + j] / strength);
      sum += (double) attributes[j] * attributes[j];
    }
    double scale = sum / Math.max(1, attributes.length) * Math.pow(errors.strengths()[n], 2);
    double attributeError = Math.sqrt(Math.pow(errors.attributes()[n], 2) + scale) / strength;
    double deviations = search.deviations(fit, n);
    double confidence = Math.max(0, 1 - search.hypotheses() * BlindSearch.chance(deviations));
    return new BlindObject(
        node.parent(),
        node.position(),
        node.module(),
        node.inner(),
        new BlindObject.Estimate(
            strength,
            errors.strengths()[n],
            attributeError,
            fit.determined(n) > 0.5,
            deviations,
            confidence),
        attributes);
  }

  /** The position that two modules share; empty if there is none. */
  private String rival(BlindFit fit, BlindSearch.Scan scan) {
    for (Candidate rival : scan.rivals()) {
      if (search.isSpecific(rival, fit.residual, scan.specific(), RIVAL_TOLERATED)) {
        String path = Arrays.toString(fit.path(rival.parent(), rival.position()));
        Node occupant = fit.nodes.get(fit.at(rival.parent(), rival.position()));
        return "position "
            + path
            + " holds both "
            + occupant.module()
            + " and "
            + known.get(rival.module()).name()
            + ": the sketch is a sum of different computations; count its modules instead";
      }
    }
    return "";
  }

  /** The first list whose weights do not add up; empty if all do. */
  private static String missing(BlindFit fit, double[] errors) {
    double[] sums = new double[fit.nodes.size() + 1];
    double[] variances = new double[fit.nodes.size() + 1];
    for (int n = 0; n < fit.nodes.size(); n++) {
      int list = fit.nodes.get(n).parent() + 1;
      sums[list] += fit.strength(n);
      variances[list] += errors[n] * errors[n];
    }
    for (int list = 0; list < sums.length; list++) {
      boolean roots = list == 0;
      if (!roots && !fit.nodes.get(list - 1).inner()) {
        continue;
      }
      double expected = roots ? 1 : fit.strength(list - 1);
      double variance = variances[list] + (roots ? 0 : Math.pow(errors[list - 1], 2));
      double tolerance = Math.max(4 * Math.sqrt(variance), WEIGHT_TOLERANCE * expected);
      if (Math.abs(sums[list] - expected) > tolerance || tolerance > 0.1 * expected) {
        return String.format(
            Locale.ROOT,
            "%s: found weights sum to %.3f ± %.3f of 1; the rest is below the noise or of modules"
                + " that are not known",
            roots ? "roots" : "inputs of " + fit.nodes.get(list - 1).module(),
            sums[list] / expected,
            Math.sqrt(variance) / expected);
      }
    }
    return "";
  }
}
