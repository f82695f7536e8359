package io.resketch.benchmarks.accuracy;

import io.resketch.benchmarks.Scenes;
import io.resketch.benchmarks.Trees;
import io.resketch.core.decode.Decoder;
import io.resketch.core.decode.GraphDecoder;
import io.resketch.core.graph.Computation;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import io.resketch.core.stats.CountEstimator;
import io.resketch.core.stats.ModuleCount;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * What is left of every kind of answer after the end of a sketch of 8,192 floats is erased: counts
 * of scenes, cosines between scenes, attributes of a tree of 84 objects.
 */
final class ErasureCurves implements Part {
  private static final int DIMENSION = 8192;
  private static final int SCENES = 20;
  private static final double[] KEPT = {1, 0.75, 0.5, 0.35, 0.25, 0.15, 0.1, 0.05};

  /** Errors at one length, each averaged over a seed. */
  private record Errors(double count, double cosine, double depth1, double depth2, double depth3) {}

  @Override
  public String name() {
    return "erasure";
  }

  @Override
  public List<String> run(int seeds, Path plots) throws IOException {
    List<Map<Double, Errors>> all =
        IntStream.range(0, seeds).parallel().mapToObj(ErasureCurves::measure).toList();
    List<String> table = new ArrayList<>();
    table.add("| kept | count off by | cosine off by | depth 1 | depth 2 | depth 3 |");
    table.add("| --- | --- | --- | --- | --- | --- |");
    double[][] curves = new double[4][KEPT.length];
    for (int k = 0; k < KEPT.length; k++) {
      double kept = KEPT[k];
      List<Errors> errors = all.stream().map(m -> m.get(kept)).toList();
      Percentiles count = Percentiles.of(errors.stream().mapToDouble(Errors::count));
      Percentiles cosine = Percentiles.of(errors.stream().mapToDouble(Errors::cosine));
      Percentiles depth1 = Percentiles.of(errors.stream().mapToDouble(Errors::depth1));
      Percentiles depth2 = Percentiles.of(errors.stream().mapToDouble(Errors::depth2));
      Percentiles depth3 = Percentiles.of(errors.stream().mapToDouble(Errors::depth3));
      table.add(
          String.format(
              Locale.ROOT,
              "| %.0f %% | %s | %s | %s | %s | %s |",
              100 * kept,
              count.cell(),
              cosine.cell(),
              depth1.cell(),
              depth2.cell(),
              depth3.cell()));
      curves[0][k] = count.at(0.5);
      curves[1][k] = cosine.at(0.5);
      curves[2][k] = depth1.at(0.5);
      curves[3][k] = depth3.at(0.5);
    }
    Plots.curves(
        plots.resolve("erasure.svg"),
        "Error after erasure, d = 8,192",
        "share of the sketch kept",
        "error (median)",
        KEPT,
        Map.of(
            "count",
            curves[0],
            "cosine",
            curves[1],
            "attributes, depth 1 (relative)",
            curves[2],
            "attributes, depth 3 (relative)",
            curves[3]));
    return table;
  }

  private static Map<Double, Errors> measure(int seed) {
    Operators operators = new Operators(new SketchSpec(DIMENSION, 16, seed));
    Sketcher sketcher = new Sketcher(operators);
    Scenes kind = Scenes.gaussian("m", new Random(seed));
    List<Sketch> scenes = new ArrayList<>();
    List<double[]> counts = new ArrayList<>();
    for (int i = 0; i < SCENES; i++) {
      Scenes.Scene scene = kind.draw();
      scenes.add(sketcher.sketch(scene.graph()));
      counts.add(scene.counts());
    }
    Computation tree = Trees.tree(seed);
    Sketch treeSketch = sketcher.sketch(tree);
    GraphDecoder decoder = new GraphDecoder(operators, tree.skeleton());
    Map<Double, Errors> out = new TreeMap<>();
    for (double kept : KEPT) {
      int prefix = (int) (DIMENSION * kept) / SketchSpec.BLOCK_SIZE * SketchSpec.BLOCK_SIZE;
      double[] depths =
          Trees.relativeErrors(tree, decoder.decode(treeSketch.truncate(prefix), Decoder.JOINT));
      out.put(
          kept,
          new Errors(
              countError(operators, scenes, counts, prefix),
              cosineError(scenes, prefix),
              depths[0],
              depths[1],
              depths[2]));
    }
    return out;
  }

  private static double countError(
      Operators operators, List<Sketch> scenes, List<double[]> counts, int prefix) {
    CountEstimator estimator =
        new CountEstimator(operators, Scenes.profiles(Scenes.MODULES, Scenes.ATTRIBUTES), prefix);
    double sum = 0;
    int determined = 0;
    for (int i = 0; i < SCENES; i++) {
      List<ModuleCount> found = estimator.estimate(scenes.get(i).truncate(prefix));
      for (int m = 0; m < Scenes.MODULES; m++) {
        if (found.get(m).determined()) {
          sum += Math.abs(found.get(m).count() - counts.get(i)[m]);
          determined++;
        }
      }
    }
    return sum / determined;
  }

  /** Against the cosine of the full sketches. */
  private static double cosineError(List<Sketch> scenes, int prefix) {
    double sum = 0;
    int pairs = 0;
    for (int i = 0; i < SCENES; i++) {
      for (int j = 0; j < i; j++) {
        double full = scenes.get(i).cosine(scenes.get(j));
        sum += Math.abs(scenes.get(i).cosine(scenes.get(j), prefix) - full);
        pairs++;
      }
    }
    return sum / pairs;
  }
}
