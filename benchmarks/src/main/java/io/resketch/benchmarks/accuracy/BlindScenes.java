package io.resketch.benchmarks.accuracy;

import io.resketch.benchmarks.Scenes;
import io.resketch.core.decode.BlindDecoder;
import io.resketch.core.decode.BlindObject;
import io.resketch.core.decode.BlindTree;
import io.resketch.core.graph.Computation;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;

/** Blind decoding of scenes: whether modules, counts and places are found, and the attributes. */
final class BlindScenes implements Part {
  private static final int OPERATORS_PER_SEED = 3;
  private static final int SCENES = 50;

  /** Away from the seeds of tests. */
  private static final int FIRST_SEED = 1000;

  private record Setting(int dimension, int kept) {}

  /**
   * What became of the scenes of one seed of the operators.
   *
   * @param found scenes in which every module that is there is found
   * @param counted with all 60 counts right
   * @param placed with every object at its place and none besides
   * @param attributeError root mean square over the objects that are found
   */
  private record Outcome(int found, int counted, int placed, double attributeError) {}

  @Override
  public String name() {
    return "blind-scenes";
  }

  @Override
  public List<String> run(int seeds, Path plots) {
    List<String> table = new ArrayList<>();
    table.add("| d | kept | found | counts | places | attribute error |");
    table.add("| --- | --- | --- | --- | --- | --- |");
    for (Setting setting :
        List.of(
            new Setting(16384, 16384),
            new Setting(4096, 4096),
            new Setting(4096, 2048),
            new Setting(4096, 1024),
            new Setting(1024, 1024))) {
      List<Outcome> outcomes =
          IntStream.range(0, OPERATORS_PER_SEED * seeds)
              .parallel()
              .mapToObj(seed -> measure(setting, FIRST_SEED + seed))
              .toList();
      table.add(
          String.format(
              Locale.ROOT,
              "| %d | %d | %s | %s | %s | %s |",
              setting.dimension,
              setting.kept,
              percent(outcomes, Outcome::found),
              percent(outcomes, Outcome::counted),
              percent(outcomes, Outcome::placed),
              Percentiles.of(outcomes.stream().mapToDouble(Outcome::attributeError)).cell()));
    }
    return table;
  }

  private static String percent(List<Outcome> outcomes, ToIntFunction<Outcome> number) {
    double scenes = (double) SCENES * outcomes.size();
    return String.format(
        Locale.ROOT, "%.1f %%", 100 * outcomes.stream().mapToInt(number).sum() / scenes);
  }

  private static Outcome measure(Setting setting, int seed) {
    Operators operators = new Operators(new SketchSpec(setting.dimension, 16, seed));
    BlindDecoder decoder =
        new BlindDecoder(operators, Scenes.profiles(Scenes.MODULES, Scenes.ATTRIBUTES));
    Sketcher sketcher = new Sketcher(operators);
    Scenes scenes = Scenes.gaussian("m", new Random(seed));
    int found = 0;
    int counted = 0;
    int placed = 0;
    double squares = 0;
    int objects = 0;
    for (int k = 0; k < SCENES; k++) {
      Scenes.Scene scene = scenes.draw();
      BlindTree tree = decoder.decode(sketcher.sketch(scene.graph()).truncate(setting.kept));
      double[] counts = new double[Scenes.MODULES];
      for (BlindObject object : tree.objects()) {
        if (object.parent() < 0) {
          counts[Scenes.number(object.module())]++;
          double error = squaredError(scene.graph(), object);
          squares += Math.max(0, error);
          objects += error < 0 ? 0 : 1;
        }
      }
      found += everyModule(scene.counts(), counts) ? 1 : 0;
      counted += Arrays.equals(scene.counts(), counts) ? 1 : 0;
      placed += BlindOutcome.of(BlindOutcome.places(scene.graph()), tree).exact() ? 1 : 0;
    }
    return new Outcome(found, counted, placed, Math.sqrt(squares / objects));
  }

  private static boolean everyModule(double[] truth, double[] counts) {
    return IntStream.range(0, truth.length).noneMatch(m -> truth[m] > 0 && counts[m] == 0);
  }

  /** Of all attributes of a root; −1 if another module stands at its place. */
  private static double squaredError(Computation graph, BlindObject object) {
    if (object.position() >= graph.skeleton().rootCount()) {
      return -1;
    }
    int root = graph.skeleton().root(object.position());
    if (!graph.skeleton().module(root).equals(object.module())) {
      return -1;
    }
    float[] truth = graph.attributes(root).toArray();
    float[] found = object.attributes();
    double sum = 0;
    for (int j = 0; j < truth.length; j++) {
      sum += Math.pow((double) truth[j] - found[j], 2);
    }
    return sum;
  }
}
