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

  /** Why no more was found. */
  private static final String BOUND =
      "the objects found need more work than the decoder does for one sketch";

  private final Operators operators;
  private final List<ModuleProfile> known;
  private final BlindSearch search;
  private final BlindScreen screen;
  private final PathEnergies paths;

  /**
   * A decoder of sketches of one spec.
   *
   * @param known modules to look for, at least one; attributes are decoded where the dimension is
   *     known, and disturb the rest where it is not
   * @throws InvalidInputException if there is none, a name stands twice, or a module's own weight
   *     is not the default
   */
  public BlindDecoder(Operators operators, List<ModuleProfile> known) {
    if (known.isEmpty()) {
      throw new InvalidInputException("known", "is empty; name the modules to look for");
    }
    if (known.stream().map(ModuleProfile::name).distinct().count() != known.size()) {
      throw new InvalidInputException("known", "a name stands twice; name each module once");
    }
    for (ModuleProfile module : known) {
      if (module.statesOwnWeight()) {
        throw new InvalidInputException(
            "known[" + module.name() + "].ownWeight",
            (module.ownWeightsDiffer() ? "differs among its objects" : module.ownWeight() + "")
                + ", but a sketch is decoded blindly with own weights of 0.5 alone; decode it with"
                + " its skeleton");
      }
    }
    this.operators = operators;
    this.known = List.copyOf(known);
    this.paths = new PathEnergies(operators.spec().transparency());
    this.search = new BlindSearch(operators, paths, this.known, FALSE_DETECTION_RATE);
    this.screen = new BlindScreen(operators, paths, this.known);
  }

  /**
   * Unrolls a sketch of any prefix length.
   *
   * @throws io.resketch.core.MismatchException if it was made with another spec
   */
  public BlindTree decode(Sketch sketch) {
    return decode(sketch, new DecodingBudget(() -> {}));
  }

  /**
   * Unrolls a sketch of any prefix length.
   *
   * @param budget of the work for this sketch and others
   * @throws io.resketch.core.MismatchException if it was made with another spec
   */
  public BlindTree decode(Sketch sketch, DecodingBudget budget) {
    sketch.requireFingerprint(operators.spec().fingerprint());
    BlindNoise noise = new BlindNoise(sketch);
    BlindGrowth growth = new BlindGrowth(operators, paths, search, screen, sketch, noise, budget);
    BlindFit fit = growth.grow();
    BlindCompleteness completeness = new BlindCompleteness(operators, fit, noise);
    BlindTree tree = tree(sketch, fit, completeness, growth.exhausted());
    return budget.spent() ? tree.unlessComplete(BOUND) : tree;
  }

  private BlindTree tree(
      Sketch sketch, BlindFit fit, BlindCompleteness completeness, boolean exhausted) {
    BlindSearch.Scan scan = search.scan(fit);
    BlindForms forms = new BlindForms(operators, fit);
    List<BlindObject> objects = new ArrayList<>();
    for (int n = 0; n < fit.nodes.size(); n++) {
      objects.add(object(fit, n, completeness, forms));
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
      reason = completeness.reason();
      status = reason.isEmpty() ? BlindTree.Status.COMPLETE : BlindTree.Status.PARTIAL;
    }
    return new BlindTree(
        status, reason, objects, relative, completeness.hiddenWeight(), sketch.mass());
  }

  private BlindObject object(
      BlindFit fit, int n, BlindCompleteness completeness, BlindForms forms) {
    BlindFit.Errors errors = completeness.errors();
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
    // A tree that explains the sketch is right as a whole; else the place must show itself.
    double placed =
        completeness.isExplained()
            ? strength / errors.strengths()[n]
            : shown(fit, n, deviations, forms);
    double confidence = Math.max(0, 1 - search.hypotheses() * BlindSearch.chance(placed));
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

  /** Deviations by which module, place and form of a node all show. */
  private double shown(BlindFit fit, int n, double deviations, BlindForms forms) {
    double placed = Math.min(deviations, search.placedDeviations(fit, n));
    return fit.isChildless(n) ? Math.min(placed, forms.deviations(n)) : placed;
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
            + ": the sketch is a sum of different computations, or its list is a bag; count its"
            + " modules instead";
      }
    }
    return "";
  }
}
