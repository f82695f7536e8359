package io.resketch.core.stats;

import io.resketch.core.decode.BlindDecoder;
import io.resketch.core.decode.BlindObject;
import io.resketch.core.decode.BlindTree;
import io.resketch.core.decode.DecodingBudget;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Sketch;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Statistics of a single run by its objects, decoded without a skeleton: an answer where those
 * found account for the whole sketch. Holds workspace: not thread-safe.
 */
public final class DecodedStatistics {
  /** None where a module has a form that blind decoding does not know. */
  private final Optional<BlindDecoder> decoder;

  private final Map<String, ModuleProfile> known = new HashMap<>();

  static final String POOLED =
      "objects of the module stand together at one position, and a sketch holds only their sum";

  /**
   * Statistics of sketches of one spec.
   *
   * @param known all modules that a sketch may hold, at least one
   */
  public DecodedStatistics(Operators operators, List<ModuleProfile> known) {
    List<ModuleProfile> modules = ModuleProfile.distinct(known);
    this.decoder =
        modules.stream().anyMatch(ModuleProfile::statesOwnWeight)
            ? Optional.empty()
            : Optional.of(new BlindDecoder(operators, modules));
    known.forEach(module -> this.known.put(module.name(), module));
  }

  /**
   * Decodes a sketch.
   *
   * @param budget of the work for this sketch and others
   * @return the objects of a single run that account for the whole sketch, else empty
   * @throws io.resketch.core.MismatchException if the sketch was made with another spec
   */
  public Optional<BlindTree> decode(Sketch sketch, DecodingBudget budget) {
    if (sketch.runs() != 1 || budget.spent()) {
      return Optional.empty();
    }
    return decoder
        .map(blind -> blind.decode(sketch, budget))
        .filter(tree -> tree.status() == BlindTree.Status.COMPLETE);
  }

  /** Roots of a tree by module, and what may be missing from it. */
  private static final class Roots {
    private final Map<String, List<BlindObject>> objects = new HashMap<>();
    private final Set<String> below = new HashSet<>();
    private final double mass;
    private final double unfound;

    Roots(BlindTree tree, double mass) {
      this.mass = mass;
      double variance = 0;
      for (BlindObject object : tree.objects()) {
        if (object.parent() < 0) {
          objects.computeIfAbsent(object.module(), name -> new ArrayList<>()).add(object);
          variance += Math.pow(object.effectiveWeightError(), 2);
        } else {
          below.add(object.module());
        }
      }
      // What the weights found leave of 1 may be roots too weak to be found, of any module, and so
      // may what could hide behind those found: the interval reaches as far.
      this.unfound =
          Math.hypot(
              Math.hypot(tree.missingWeight(), Math.sqrt(variance)), tree.hiddenWeight() / 2);
    }

    List<BlindObject> of(ModuleProfile module) {
      return objects.getOrDefault(module.name(), List.of());
    }

    ModuleCount count(ModuleProfile module) {
      boolean onlyBelow = module.placesStated() && !module.root();
      if (of(module).isEmpty() && (onlyBelow || below.contains(module.name()))) {
        // Neither a count of roots nor its absence would be an answer.
        return counted(module.name(), 0, 0, TransparentFit.ONLY_BELOW);
      }
      double weight = of(module).stream().mapToDouble(BlindObject::effectiveWeight).sum();
      double variance =
          of(module).stream().mapToDouble(o -> Math.pow(o.effectiveWeightError(), 2)).sum();
      double error = Math.max(Math.sqrt(variance), unfound);
      return counted(module.name(), mass * weight, Math.abs(mass * error), "");
    }

    private static ModuleCount counted(String module, double count, double error, String reason) {
      return new ModuleCount(
          module,
          count,
          error,
          Double.POSITIVE_INFINITY,
          reason.isEmpty(),
          reason,
          CountMethod.BLIND_DECODING);
    }
  }

  /**
   * Counts of modules among the roots of a decoded sketch.
   *
   * @param tree that {@link #decode} found
   * @param mass of the sketch
   * @param asked names of known modules
   */
  public List<ModuleCount> counts(BlindTree tree, double mass, List<String> asked) {
    Roots roots = new Roots(tree, mass);
    return asked.stream().map(name -> roots.count(known.get(name))).toList();
  }

  /** Statistics of the same. */
  public List<ModuleStatistics> statistics(BlindTree tree, double mass, List<String> asked) {
    Roots roots = new Roots(tree, mass);
    return asked.stream()
        .map(name -> statistics(known.get(name), roots.of(known.get(name)), roots))
        .toList();
  }

  private static ModuleStatistics statistics(
      ModuleProfile module, List<BlindObject> objects, Roots roots) {
    ModuleCount count = roots.count(module);
    List<Estimate> means = new ArrayList<>();
    List<Estimate> squares = new ArrayList<>();
    if (!objects.isEmpty() && objects.stream().allMatch(BlindObject::attributesDetermined)) {
      double weight = objects.stream().mapToDouble(BlindObject::effectiveWeight).sum();
      for (int j = 0; j < module.dimension(); j++) {
        addAttribute(means, squares, objects, weight, j);
      }
    } else {
      String reason = "the sketch does not determine the attributes of every object";
      if (objects.isEmpty()) {
        reason = count.determined() ? "there is no object to take the mean of" : count.reason();
      }
      means.addAll(ModuleStatistics.none(module.dimension(), reason));
      squares.addAll(means);
    }
    if (module.pooled() && !objects.isEmpty()) {
      squares = ModuleStatistics.none(module.dimension(), POOLED);
    }
    return new ModuleStatistics(
        module.name(), count.estimate(), count.presence(), means, squares, count.method());
  }

  /** Means, weighted as the objects are, of attribute {@code j} and of its square. */
  private static void addAttribute(
      List<Estimate> means,
      List<Estimate> squares,
      List<BlindObject> objects,
      double weight,
      int j) {
    double sum = 0;
    double variance = 0;
    double squareSum = 0;
    double squareVariance = 0;
    for (BlindObject object : objects) {
      double part = object.effectiveWeight() / weight;
      double value = object.attributes()[j];
      Estimate square = BlindStatistics.square(value, object.attributeError());
      sum += part * value;
      variance += Math.pow(part * object.attributeError(), 2);
      squareSum += part * square.value();
      squareVariance += Math.pow(part * square.standardError(), 2);
    }
    means.add(Estimate.of(sum, Math.sqrt(variance)));
    squares.add(Estimate.of(squareSum, Math.sqrt(squareVariance)));
  }
}
