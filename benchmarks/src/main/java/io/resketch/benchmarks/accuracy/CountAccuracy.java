package io.resketch.benchmarks.accuracy;

import io.resketch.benchmarks.Scenes;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.Family;
import io.resketch.core.spec.SketchSpec;
import io.resketch.core.stats.CountEstimator;
import io.resketch.core.stats.ModuleCount;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;

/** How often all 60 counts of a scene are right, and how often the stated intervals hold. */
final class CountAccuracy implements Part {
  private static final int SCENES_PER_SEED = 50;

  private record Setting(Family family, int dimension, int kept) {}

  private record Outcome(int exact, int covered) {}

  @Override
  public String name() {
    return "counts";
  }

  @Override
  public List<String> run(int seeds, Path plots) {
    List<String> table = new ArrayList<>();
    table.add("| family | d | kept | scenes exact | 95 % intervals hold |");
    table.add("| --- | --- | --- | --- | --- |");
    for (Setting setting :
        List.of(
            new Setting(new Family.BlockSparse(16), 16384, 16384),
            new Setting(new Family.BlockSparse(16), 4096, 4096),
            new Setting(new Family.BlockSparse(16), 4096, 2048),
            new Setting(new Family.BlockSparse(16), 4096, 1024),
            new Setting(new Family.BlockSparse(16), 1024, 1024),
            new Setting(new Family.Hadamard(), 1024, 1024))) {
      List<Outcome> outcomes =
          IntStream.range(0, seeds).parallel().mapToObj(seed -> measure(setting, seed)).toList();
      double scenes = (double) seeds * SCENES_PER_SEED;
      table.add(
          String.format(
              Locale.ROOT,
              "| %s | %d | %d | %.1f %% | %.1f %% |",
              setting.family.label(),
              setting.dimension,
              setting.kept,
              100 * outcomes.stream().mapToInt(Outcome::exact).sum() / scenes,
              100 * outcomes.stream().mapToInt(Outcome::covered).sum() / scenes / Scenes.MODULES));
    }
    return table;
  }

  private static Outcome measure(Setting setting, int seed) {
    Operators operators = new Operators(new SketchSpec(setting.dimension, setting.family, seed));
    CountEstimator estimator =
        new CountEstimator(
            operators, Scenes.profiles(Scenes.MODULES, Scenes.ATTRIBUTES), setting.kept);
    Sketcher sketcher = new Sketcher(operators);
    Scenes scenes = Scenes.gaussian("m", new Random(seed));
    int exact = 0;
    int covered = 0;
    for (int k = 0; k < SCENES_PER_SEED; k++) {
      Scenes.Scene scene = scenes.draw();
      Sketch sketch = sketcher.sketch(scene.graph()).truncate(setting.kept);
      boolean right = true;
      for (ModuleCount count : estimator.estimate(sketch)) {
        double truth = scene.counts()[Scenes.number(count.module())];
        right &= Math.round(count.count()) == truth;
        covered += Math.abs(count.count() - truth) <= 1.96 * count.standardError() ? 1 : 0;
      }
      exact += right ? 1 : 0;
    }
    return new Outcome(exact, covered);
  }
}
