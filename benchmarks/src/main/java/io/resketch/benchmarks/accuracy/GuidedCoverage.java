package io.resketch.benchmarks.accuracy;

import io.resketch.benchmarks.Scenes;
import io.resketch.core.decode.Decoder;
import io.resketch.core.decode.GraphDecoder;
import io.resketch.core.graph.Computation;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import io.resketch.core.stats.GuidedStatistics;
import io.resketch.core.stats.ModuleStatistics;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** How often the 95 % intervals of the guided statistics hold, over seeds of the operators. */
final class GuidedCoverage implements Part {
  private static final int DIMENSION = 4096;
  private static final int OPERATORS_PER_SEED = 5;
  private static final int RUNS = 8;
  private static final int MODULES = 6;

  /** Of every value, as a multiple of the root mean square of the sketch. */
  private static final double[] NOISE = {0, 1e-6, 1e-5, 1e-3};

  /** Away from the seeds of tests. */
  private static final int FIRST_SEED = 1000;

  private record Answers(Tally mean, Tally secondMoment) {
    Answers() {
      this(new Tally(), new Tally());
    }

    Answers plus(Answers other) {
      return new Answers(mean.plus(other.mean), secondMoment.plus(other.secondMoment));
    }
  }

  /** Weighted number, attributes and squared attributes of a module's objects. */
  private static final class Sums {
    double weight;
    final double[] values = new double[Scenes.ATTRIBUTES];
    final double[] squares = new double[Scenes.ATTRIBUTES];

    void add(double w, float[] x) {
      weight += w;
      for (int j = 0; j < x.length; j++) {
        values[j] += w * x[j];
        squares[j] += w * x[j] * x[j];
      }
    }
  }

  @Override
  public String name() {
    return "guided-coverage";
  }

  @Override
  public List<String> run(int seeds, Path plots) {
    List<String> table = new ArrayList<>();
    table.add("| noise | kept | mean | second moment |");
    table.add("| --- | --- | --- | --- |");
    for (double noise : NOISE) {
      for (int kept : new int[] {DIMENSION, DIMENSION / 2}) {
        Answers answers =
            IntStream.range(0, OPERATORS_PER_SEED * seeds)
                .parallel()
                .mapToObj(seed -> measure(noise, kept, FIRST_SEED + seed))
                .reduce(new Answers(), Answers::plus);
        table.add(
            String.format(
                Locale.ROOT,
                "| %s | %d | %s | %s |",
                noise == 0
                    ? "none (rounding)"
                    : BigDecimal.valueOf(noise).stripTrailingZeros().toPlainString(),
                kept,
                answers.mean.coverage(),
                answers.secondMoment.coverage()));
      }
    }
    return table;
  }

  private static Answers measure(double noise, int kept, int seed) {
    Random random = new Random(seed);
    Scenes scenes = Scenes.scattered(MODULES, true, random);
    Operators operators = new Operators(new SketchSpec(DIMENSION, 16, seed));
    Sketcher sketcher = new Sketcher(operators);
    GuidedStatistics statistics = new GuidedStatistics(operators);
    Map<String, Sums> truth = new TreeMap<>();
    for (int k = 0; k < RUNS; k++) {
      Computation graph = scenes.draw(1 + random.nextInt(6)).graph();
      Sketch sketch = BlindCoverage.noisy(random, sketcher.sketch(graph), noise).truncate(kept);
      int weight = 1 + random.nextInt(3);
      statistics.add(
          new GraphDecoder(operators, graph.skeleton()).decode(sketch, Decoder.JOINT),
          Decoder.JOINT,
          kept,
          weight);
      for (int i = 0; i < graph.skeleton().size(); i++) {
        truth
            .computeIfAbsent(graph.skeleton().module(i), name -> new Sums())
            .add(weight, graph.attributes(i).toArray());
      }
    }
    Answers out = new Answers();
    for (ModuleStatistics s : statistics.statistics()) {
      Sums sums = truth.get(s.module());
      for (int j = 0; j < Scenes.ATTRIBUTES; j++) {
        out.mean.add(s.mean().get(j), sums.values[j] / sums.weight);
        out.secondMoment.add(s.secondMoment().get(j), sums.squares[j] / sums.weight);
      }
    }
    return out;
  }
}
