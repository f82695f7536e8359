package io.resketch.server.query;

import io.resketch.core.InvalidInputException;
import io.resketch.core.decode.BlindTree;
import io.resketch.core.decode.DecodingBudget;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.stats.BlindStatistics;
import io.resketch.core.stats.CountEstimator;
import io.resketch.core.stats.CountMethod;
import io.resketch.core.stats.DecodedStatistics;
import io.resketch.core.stats.ModuleCount;
import io.resketch.core.stats.ModuleNames;
import io.resketch.core.stats.ModuleProfile;
import io.resketch.core.stats.ModuleStatistics;
import io.resketch.server.repository.Names;
import io.resketch.server.repository.SketchCollection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/**
 * Counts the modules of a request in sketches of any length: in those of single runs by their
 * objects, decoded without a skeleton, where those account for the sketch and as long as the
 * request's budget lasts; in others, and in sums, by the linear fit. All modules that the
 * collection has seen as roots are fitted along, whether asked for or not. Not thread-safe.
 */
final class ModuleCounter {
  private final Estimators estimators;
  private final SketchCollection collection;
  private final List<ModuleProfile> profiles;

  /** Places in {@code profiles} of the modules asked for. */
  private final int[] asked;

  /** Sketches decoded for one request, in a call that should be short. */
  private static final int MAX_DECODED = 32;

  /** Time after which a request decodes no more. */
  private static final Duration DECODING = Duration.ofSeconds(4);

  private int tried;
  private final DecodingBudget budget;
  private final BooleanSupplier left;

  /** Absent where no module is known. */
  private final Optional<DecodedStatistics> decoded;

  /**
   * The modules of a request.
   *
   * @param requested names; empty: all seen as roots
   * @param left whether nobody waits for the answer any more
   * @throws InvalidInputException if a name stands twice, or is none that the collection knows,
   *     which knows the modules of all computations that were put into it
   */
  ModuleCounter(
      Estimators estimators,
      SketchCollection collection,
      List<String> requested,
      BooleanSupplier left) {
    this.left = left;
    this.budget = new DecodingBudget(this::checkpoint, DECODING);
    this.estimators = estimators;
    this.collection = collection;
    Map<String, ModuleProfile> seen = collection.modules();
    Map<String, ModuleProfile> known = new LinkedHashMap<>();
    for (ModuleProfile profile : seen.values()) {
      if (profile.root()) {
        known.put(profile.name(), profile);
      }
    }
    requested.forEach(name -> Names.checkModule("modules", name));
    if (!seen.isEmpty()) { // where only finished sketches were put, no module is known
      ModuleNames.requireKnown(requested, seen.keySet(), "this collection");
    }
    requested.forEach(
        name -> known.putIfAbsent(name, seen.getOrDefault(name, ModuleProfile.unseen(name))));
    if (requested.stream().distinct().count() != requested.size()) {
      throw new InvalidInputException("modules", "a name stands twice; ask for it once");
    }
    profiles = List.copyOf(known.values());
    List<String> names = List.copyOf(known.keySet());
    asked = (requested.isEmpty() ? names : requested).stream().mapToInt(names::indexOf).toArray();
    Map<String, ModuleProfile> anywhere = new LinkedHashMap<>(known);
    anywhere.putAll(seen);
    decoded =
        anywhere.isEmpty()
            ? Optional.empty()
            : Optional.of(
                new DecodedStatistics(collection.operators(), List.copyOf(anywhere.values())));
  }

  /**
   * Ends the work for a request whose caller has left or whose deadline has passed.
   *
   * @throws CancellationException if so
   */
  void checkpoint() {
    if (left.getAsBoolean()) {
      throw new CancellationException("the call was cancelled, or its deadline has passed");
    }
  }

  /** Number of modules asked for. */
  int size() {
    return asked.length;
  }

  /** Names of the modules asked for. */
  List<String> names() {
    return asked(profiles).stream().map(ModuleProfile::name).toList();
  }

  private <T> List<T> asked(List<T> all) {
    return Arrays.stream(asked).mapToObj(all::get).toList();
  }

  /** Counts of the modules asked for. */
  List<ModuleCount> counts(Sketch sketch) {
    checkpoint();
    Optional<BlindTree> tree = decode(sketch);
    return tree.isPresent()
        ? decoded.get().counts(tree.get(), sketch.mass(), names())
        : fitted(sketch);
  }

  private Optional<BlindTree> decode(Sketch sketch) {
    if (sketch.runs() != 1 || tried == MAX_DECODED) {
      return Optional.empty();
    }
    tried++;
    return decoded.flatMap(decoder -> decoder.decode(sketch, budget));
  }

  private List<ModuleCount> fitted(Sketch sketch) {
    CountEstimator estimator;
    try {
      estimator = estimators.estimator(collection.operators(), profiles, sketch.prefixLength());
    } catch (InvalidInputException e) { // too short for so many modules
      return asked(profiles).stream()
          .map(profile -> ModuleCount.notDetermined(profile.name(), e.getMessage()))
          .toList();
    }
    return estimator.estimate(sketch, asked);
  }

  /** Counts over sums of different prefix lengths together. */
  List<ModuleCount> counts(List<Sketch> sums) {
    List<ModuleCount> total = counts(sums.get(0));
    for (Sketch sum : sums.subList(1, sums.size())) {
      List<ModuleCount> more = counts(sum);
      List<ModuleCount> both = new ArrayList<>();
      for (int m = 0; m < more.size(); m++) {
        both.add(plus(total.get(m), more.get(m)));
      }
      total = both;
    }
    return total;
  }

  private static ModuleCount plus(ModuleCount a, ModuleCount b) {
    if (!a.determined() || !b.determined()) {
      return a.determined() ? b : a;
    }
    return new ModuleCount(
        a.module(),
        a.count() + b.count(),
        Math.hypot(a.standardError(), b.standardError()),
        Math.min(a.signs(), b.signs()),
        true,
        "",
        a.method() == b.method() ? a.method() : CountMethod.LINEAR_FIT);
  }

  /** Statistics of the modules asked for, over the shortest of the sums' prefix lengths. */
  List<ModuleStatistics> statistics(List<Sketch> sums) {
    double[] ones = new double[sums.size()];
    Arrays.fill(ones, 1);
    Sketch total = Sketch.weightedSum(sums, ones);
    checkpoint();
    Optional<BlindTree> tree = decode(total);
    if (tree.isPresent()) {
      return decoded.get().statistics(tree.get(), total.mass(), names());
    }
    BlindStatistics statistics;
    try {
      statistics = estimators.statistics(collection.operators(), profiles, total.prefixLength());
    } catch (InvalidInputException e) { // too short for so many modules
      return asked(profiles).stream()
          .map(profile -> ModuleStatistics.notDetermined(profile.name(), e.getMessage()))
          .toList();
    }
    return statistics.estimate(total, asked);
  }
}
