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
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.LongStream;

/**
 * Relative error of recovered attributes by decoder, size of the sketch and depth: a tree of 84
 * objects with 64 attributes, every seed another tree and other operators.
 */
final class DecoderErrors implements Part {
  private record Setting(Decoder decoder, int dimension, boolean sparse) {}

  /**
   * How one tree came out.
   *
   * @param byDepth relative error per depth
   * @param stated root mean square of the stated standard errors over that of the true errors
   * @param covered share of attributes within 1.96 standard errors
   * @param determined share of objects that the decoder calls determined
   */
  private record Outcome(double[] byDepth, double stated, double covered, double determined) {}

  @Override
  public String name() {
    return "decoders";
  }

  @Override
  public List<String> run(int seeds, Path plots) {
    List<String> table = new ArrayList<>();
    table.add(
        "| decoder | d | attributes | depth 1 | depth 2 | depth 3 | stated / true | 95 % hold |"
            + " determined |");
    table.add("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for (Setting setting : settings()) {
      List<Outcome> outcomes =
          LongStream.range(0, seeds).parallel().mapToObj(seed -> measure(setting, seed)).toList();
      StringBuilder row = new StringBuilder();
      row.append("| ").append(setting.decoder);
      row.append(" | ").append(setting.dimension);
      row.append(" | ").append(setting.sparse ? "4 of 64" : "dense");
      for (int depth = 0; depth < Trees.LEVELS; depth++) {
        int at = depth;
        row.append(" | ")
            .append(Percentiles.of(outcomes.stream().mapToDouble(o -> o.byDepth[at])).cell());
      }
      row.append(" | ")
          .append(
              Percentiles.number(
                  Percentiles.of(outcomes.stream().mapToDouble(o -> o.stated)).at(0.5)));
      row.append(" | ").append(percent(outcomes, Outcome::covered));
      row.append(" | ").append(percent(outcomes, Outcome::determined)).append(" |");
      table.add(row.toString());
    }
    return table;
  }

  private static String percent(List<Outcome> outcomes, ToDoubleFunction<Outcome> share) {
    double mean = outcomes.stream().mapToDouble(share).average().orElseThrow();
    return String.format(Locale.ROOT, "%.1f %%", 100 * mean);
  }

  private static List<Setting> settings() {
    List<Setting> out = new ArrayList<>();
    for (int dimension : new int[] {4096, 8192, 16384}) {
      out.add(new Setting(Decoder.MATCHED, dimension, false));
      out.add(new Setting(Decoder.JOINT, dimension, false));
    }
    for (int dimension : new int[] {2048, 4096}) {
      out.add(new Setting(Decoder.SPARSE, dimension, true));
      out.add(new Setting(Decoder.SPARSE_NONNEGATIVE, dimension, true));
    }
    return out;
  }

  private static Outcome measure(Setting setting, long seed) {
    boolean negative = setting.decoder != Decoder.SPARSE_NONNEGATIVE;
    Computation tree =
        setting.sparse ? Trees.sparseTree(seed, 4, negative, false) : Trees.tree(seed);
    Skeleton skeleton = tree.skeleton();
    Operators operators = new Operators(new SketchSpec(setting.dimension, 16, seed));
    Decoded decoded =
        new GraphDecoder(operators, skeleton)
            .decode(new Sketcher(operators).sketch(tree), setting.decoder);
    double actual = 0;
    double stated = 0;
    int covered = 0;
    int determined = 0;
    for (int i = 0; i < skeleton.size(); i++) {
      float[] truth = tree.attributes(i).toArray();
      float[] found = decoded.attributes(i);
      for (int j = 0; j < truth.length; j++) {
        double off = Math.abs((double) found[j] - truth[j]);
        actual += off * off;
        covered += off <= 1.96 * decoded.standardError(i) ? 1 : 0;
      }
      stated += truth.length * Math.pow(decoded.standardError(i), 2);
      determined += decoded.determined(i) ? 1 : 0;
    }
    return new Outcome(
        Trees.relativeErrors(tree, decoded),
        Math.sqrt(stated / actual),
        (double) covered / skeleton.totalDimension(),
        (double) determined / skeleton.size());
  }
}
