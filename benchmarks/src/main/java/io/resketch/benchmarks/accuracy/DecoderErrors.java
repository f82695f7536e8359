package io.resketch.benchmarks.accuracy;

import io.resketch.benchmarks.Trees;
import io.resketch.core.decode.Decoded;
import io.resketch.core.decode.Decoder;
import io.resketch.core.decode.GraphDecoder;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * Relative error of recovered attributes by decoder, size of the sketch and depth: a tree of 84
 * objects with 64 attributes, every seed another tree and other operators.
 */
final class DecoderErrors implements Part {
  private record Setting(Decoder decoder, int dimension, int nonZero) {}

  /**
   * How one tree came out.
   *
   * @param byDepth relative error per depth
   * @param stated root mean square of the stated standard errors over that of the true errors
   */
  private record Outcome(double[] byDepth, double stated) {}

  @Override
  public String name() {
    return "decoders";
  }

  @Override
  public List<String> run(int seeds, Path plots) {
    List<String> table = new ArrayList<>();
    table.add("| decoder | d | attributes | depth 1 | depth 2 | depth 3 | stated / true error |");
    table.add("| --- | --- | --- | --- | --- | --- | --- |");
    for (Setting setting : settings()) {
      List<Outcome> outcomes =
          LongStream.range(0, seeds).parallel().mapToObj(seed -> measure(setting, seed)).toList();
      StringBuilder row = new StringBuilder();
      row.append("| ").append(setting.decoder);
      row.append(" | ").append(setting.dimension);
      row.append(" | ").append(setting.nonZero == 0 ? "dense" : setting.nonZero + " of 64");
      for (int depth = 0; depth < Trees.LEVELS; depth++) {
        int at = depth;
        row.append(" | ")
            .append(Percentiles.of(outcomes.stream().mapToDouble(o -> o.byDepth[at])).cell());
      }
      row.append(" | ")
          .append(Percentiles.of(outcomes.stream().mapToDouble(o -> o.stated)).cell())
          .append(" |");
      table.add(row.toString());
    }
    return table;
  }

  private static List<Setting> settings() {
    List<Setting> out = new ArrayList<>();
    for (int dimension : new int[] {4096, 8192, 16384}) {
      out.add(new Setting(Decoder.MATCHED, dimension, 0));
      out.add(new Setting(Decoder.JOINT, dimension, 0));
    }
    return out;
  }

  private static Outcome measure(Setting setting, long seed) {
    Computation tree = Trees.tree(seed, setting.nonZero);
    Skeleton skeleton = tree.skeleton();
    Operators operators = new Operators(new SketchSpec(setting.dimension, 16, seed));
    Decoded decoded =
        new GraphDecoder(operators, skeleton)
            .decode(new Sketcher(operators).sketch(tree), setting.decoder);
    double[] errors = new double[Trees.LEVELS];
    double[] norms = new double[Trees.LEVELS];
    double stated = 0;
    for (int i = 0; i < skeleton.size(); i++) {
      int depth = Trees.depth(skeleton.id(i)) - 1;
      float[] truth = tree.attributes(i).toArray();
      float[] found = decoded.attributes(i);
      for (int j = 0; j < truth.length; j++) {
        errors[depth] += Math.pow((double) found[j] - truth[j], 2);
        norms[depth] += Math.pow(truth[j], 2);
      }
      stated += truth.length * Math.pow(decoded.standardError(i), 2);
    }
    double actual = Arrays.stream(errors).sum();
    double[] relative = new double[Trees.LEVELS];
    Arrays.setAll(relative, depth -> Math.sqrt(errors[depth] / norms[depth]));
    return new Outcome(relative, Math.sqrt(stated / actual));
  }
}
