package io.resketch.core.stats;

import io.resketch.core.decode.BlindDecoder;
import io.resketch.core.decode.BlindObject;
import io.resketch.core.decode.BlindTree;
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
 * Blind statistics by the better of two methods. The sketch of a single run is decoded without a
 * skeleton first: where the objects found account for all of it, they are counted, whatever places
 * of the modules are known. Any other sketch, and every sum of runs, is counted by the linear fit
 * of {@link BlindStatistics}. {@link ModuleStatistics#method} says which it was.
 *
 * <p>Holds workspace: not thread-safe.
 */
public final class SketchStatistics {
  private final Operators operators;
  private final List<ModuleProfile> known;
  private final int[] asked;
  private final Preparation preparation;
  private final BlindDecoder decoder;

  /** Of one length of sketches each. */
  private final Map<Integer, BlindStatistics> fits = new HashMap<>();

  /** Is told of the work before the first answer by a fit, which is long where modules are many. */
  public interface Preparation {
    /**
     * Runs all steps.
     *
     * @param steps how many
     */
    void run(int steps, Step step);

    /** One part of the work. */
    interface Step {
      void run(int number);
    }
  }

  /**
   * Statistics of some modules.
   *
   * @param known all modules that a sketch may hold, at least one
   * @param asked names among them
   * @param preparation runs the steps of set-up in any way, such as with a progress bar
   */
  public SketchStatistics(
      Operators operators, List<ModuleProfile> known, List<String> asked, Preparation preparation) {
    this.operators = operators;
    this.known = ModuleProfile.distinct(known);
    List<String> names = known.stream().map(ModuleProfile::name).toList();
    this.asked = asked.stream().mapToInt(names::indexOf).toArray();
    this.preparation = preparation;
    this.decoder = new BlindDecoder(operators, known);
  }

  /**
   * Statistics of the modules asked for, in their order.
   *
   * @throws io.resketch.core.MismatchException if the sketch was made with another spec
   * @throws io.resketch.core.InvalidInputException if it holds too few floats for the modules
   */
  public List<ModuleStatistics> estimate(Sketch sketch) {
    if (sketch.runs() == 1) {
      BlindTree tree = decoder.decode(sketch);
      if (tree.status() == BlindTree.Status.COMPLETE) {
        return ofTree(tree, sketch.mass());
      }
    }
    return fit(sketch.prefixLength()).estimate(sketch, asked);
  }

  private BlindStatistics fit(int prefixLength) {
    BlindStatistics fit = fits.get(prefixLength);
    if (fit == null) {
      BlindStatistics made =
          new BlindStatistics(new CountEstimator(operators, known, prefixLength));
      preparation.run(asked.length, step -> made.prepare(asked[step]));
      fits.put(prefixLength, made);
      fit = made;
    }
    return fit;
  }

  private List<ModuleStatistics> ofTree(BlindTree tree, double mass) {
    Map<String, List<BlindObject>> roots = new HashMap<>();
    Set<String> below = new HashSet<>();
    double variance = 0;
    for (BlindObject object : tree.objects()) {
      if (object.parent() < 0) {
        roots.computeIfAbsent(object.module(), name -> new ArrayList<>()).add(object);
        variance += Math.pow(object.effectiveWeightError(), 2);
      } else {
        below.add(object.module());
      }
    }
    // What the weights found leave of 1 may be roots too weak to be found, of any module, and so
    // may
    // what could hide behind those found: the interval reaches as far.
    double unfound =
        Math.hypot(Math.hypot(tree.missingWeight(), Math.sqrt(variance)), tree.hiddenWeight() / 2);
    List<ModuleStatistics> out = new ArrayList<>();
    for (int m : asked) {
      ModuleProfile module = known.get(m);
      out.add(
          Optional.ofNullable(roots.get(module.name()))
              .map(objects -> present(module, objects, mass, unfound))
              .orElseGet(
                  () ->
                      below.contains(module.name()) || onlyBelow(module)
                          ? notCounted(module)
                          : absent(module, mass * unfound)));
    }
    return out;
  }

  private static boolean onlyBelow(ModuleProfile module) {
    return module.placesStated() && !module.root();
  }

  /** Neither a count of roots nor its absence would be an answer. */
  private static ModuleStatistics notCounted(ModuleProfile module) {
    List<Estimate> none = ModuleStatistics.none(module.dimension(), TransparentFit.ONLY_BELOW);
    return new ModuleStatistics(
        module.name(),
        Estimate.notDetermined(TransparentFit.ONLY_BELOW),
        Presence.NOT_DETERMINED,
        none,
        none,
        CountMethod.BLIND_DECODING);
  }

  private static ModuleStatistics absent(ModuleProfile module, double error) {
    ModuleCount count = count(module.name(), 0, error);
    return new ModuleStatistics(
        module.name(),
        count.estimate(),
        count.presence(),
        ModuleStatistics.none(module.dimension(), "there is no object to take the mean of"),
        ModuleStatistics.none(module.dimension(), "there is no object to take the mean of"),
        CountMethod.BLIND_DECODING);
  }

  private static ModuleStatistics present(
      ModuleProfile module, List<BlindObject> objects, double mass, double unfound) {
    double weight = objects.stream().mapToDouble(BlindObject::effectiveWeight).sum();
    double variance =
        objects.stream().mapToDouble(o -> Math.pow(o.effectiveWeightError(), 2)).sum();
    ModuleCount count =
        count(module.name(), mass * weight, mass * Math.max(Math.sqrt(variance), unfound));
    List<Estimate> means = new ArrayList<>();
    List<Estimate> squares = new ArrayList<>();
    if (objects.stream().allMatch(BlindObject::attributesDetermined)) {
      for (int j = 0; j < module.dimension(); j++) {
        addAttribute(means, squares, objects, weight, j);
      }
    } else {
      String reason = "the sketch does not determine the attributes of every object";
      means.addAll(ModuleStatistics.none(module.dimension(), reason));
      squares.addAll(means);
    }
    return new ModuleStatistics(
        module.name(),
        count.estimate(),
        count.presence(),
        means,
        squares,
        CountMethod.BLIND_DECODING);
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

  private static ModuleCount count(String module, double count, double error) {
    return new ModuleCount(
        module,
        count,
        Math.abs(error),
        Double.POSITIVE_INFINITY,
        true,
        "",
        CountMethod.BLIND_DECODING);
  }
}
