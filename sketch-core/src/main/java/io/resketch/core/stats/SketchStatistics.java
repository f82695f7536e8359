package io.resketch.core.stats;

import io.resketch.core.InvalidInputException;
import io.resketch.core.decode.BlindTree;
import io.resketch.core.decode.DecodingBudget;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Sketch;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
  private final List<String> names;
  private final DecodedStatistics decoded;

  /** Of one length of sketches each. */
  private final Map<Integer, BlindStatistics> fits = new HashMap<>();

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
    List<String> order = known.stream().map(ModuleProfile::name).toList();
    this.asked = asked.stream().mapToInt(order::indexOf).toArray();
    this.preparation = preparation;
    this.names = List.copyOf(asked);
    this.decoded = new DecodedStatistics(operators, known);
  }

  /**
   * Statistics of the modules asked for, in their order.
   *
   * @throws io.resketch.core.MismatchException if the sketch was made with another spec
   */
  public List<ModuleStatistics> estimate(Sketch sketch) {
    Optional<BlindTree> tree = decoded.decode(sketch, new DecodingBudget(() -> {}));
    if (tree.isPresent()) {
      return decoded.statistics(tree.get(), sketch.mass(), names);
    }
    try {
      return fit(sketch.prefixLength()).estimate(sketch, asked);
    } catch (InvalidInputException e) { // too short for so many modules
      return names.stream()
          .map(name -> ModuleStatistics.notDetermined(name, e.getMessage()))
          .toList();
    }
  }

  private BlindStatistics fit(int prefixLength) {
    BlindStatistics fit = fits.get(prefixLength);
    if (fit == null) {
      fit = new BlindStatistics(new CountEstimator(operators, known, prefixLength));
      fit.prepare(asked, preparation);
      fits.put(prefixLength, fit);
    }
    return fit;
  }
}
