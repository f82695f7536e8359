package io.resketch.benchmarks.accuracy;

import io.resketch.core.decode.Decoded;
import io.resketch.core.decode.Decoder;
import io.resketch.core.decode.GraphDecoder;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.OwnWeights;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Encoding;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Errors by depth and how often the 95 % intervals hold, for graphs that are hard to decode. */
final class DepthCoverage implements Part {
  /** Seeds of operators and data for one seed of the command. */
  private static final int TRIALS_PER_SEED = 4;

  private static final int[] DEPTHS = {1, 2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 30, 40, 41};

  private final String name;
  private final List<Setting> settings;

  private DepthCoverage(String name, List<Setting> settings) {
    this.name = name;
    this.settings = settings;
  }

  /** Graphs that are hard to decode, in the default form. */
  static Part ofGraphs() {
    return new DepthCoverage("depth-coverage", settings());
  }

  /** Deep graphs by their own weights and the transparency. */
  static Part ofShares() {
    return new DepthCoverage("shares", shares());
  }

  private record Setting(
      String label,
      DeepGraphs.Shape shape,
      Decoder decoder,
      int dimension,
      Encoding encoding,
      double transparency) {
    Setting(
        String label, DeepGraphs.Shape shape, Decoder decoder, int dimension, Encoding encoding) {
      this(label, shape, decoder, dimension, encoding, SketchSpec.DEFAULT_TRANSPARENCY);
    }
  }

  /** One range of depths. */
  private static final class Cell {
    double errors;
    double norms;
    long objects;
    long determined;
    long values;
    long held;

    Cell plus(Cell other) {
      Cell out = new Cell();
      out.errors = errors + other.errors;
      out.norms = norms + other.norms;
      out.objects = objects + other.objects;
      out.determined = determined + other.determined;
      out.values = values + other.values;
      out.held = held + other.held;
      return out;
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public List<String> run(int seeds, Path plots) {
    List<String> table = new ArrayList<>();
    table.add(
        "| graph | decoder | d | unknowns a float | determined at depth: error | not determined |"
            + " 95 % hold |");
    table.add("| --- | --- | --- | --- | --- | --- | --- |");
    for (Setting setting : settings) {
      Map<Integer, Cell> cells =
          IntStream.range(0, TRIALS_PER_SEED * seeds)
              .parallel()
              .mapToObj(seed -> measure(setting, 3000 + seed))
              .reduce(new TreeMap<>(), DepthCoverage::plus);
      table.add(row(setting, cells));
    }
    return table;
  }

  private static Map<Integer, Cell> plus(Map<Integer, Cell> a, Map<Integer, Cell> b) {
    Map<Integer, Cell> out = new TreeMap<>(a);
    b.forEach((depth, cell) -> out.merge(depth, cell, Cell::plus));
    return out;
  }

  private static List<Setting> settings() {
    List<Setting> out = new ArrayList<>();
    add(out, "chain of 40 × 4", DeepGraphs.chain(40, 4, false), 4096);
    add(out, "chain of 24 × 64", DeepGraphs.chain(24, 64, false), 4096);
    add(out, "chain of 24 × 64", DeepGraphs.chain(24, 64, false), 1024);
    add(out, "one module in a chain of 20 × 4", DeepGraphs.chain(20, 4, true), 4096);
    add(out, "one module in a chain of 10 × 64", DeepGraphs.chain(10, 64, true), 4096);
    add(out, "6 layers of 12 × 32", DeepGraphs.layers(6, 12, 32, false, false), 5120);
    add(out, "6 layers of 12 × 32", DeepGraphs.layers(6, 12, 32, false, false), 3072);
    add(out, "6 layers of 12 × 32", DeepGraphs.layers(6, 12, 32, false, false), 1024);
    add(out, "6 layers of 8 × 16, attention", DeepGraphs.layers(6, 8, 16, false, true), 4096);
    add(out, "12 layers of 4 × 32", DeepGraphs.layers(12, 4, 32, false, false), 4096);
    add(out, "one module in 6 layers of 4 × 16", DeepGraphs.layers(6, 4, 16, true, false), 4096);
    add(out, "200 × 8", DeepGraphs.layers(1, 200, 8, false, false), 4096);
    add(out, "2 layers of 50 × 16", DeepGraphs.layers(2, 50, 16, false, false), 4096);
    add(out, "4 layers of 4 × 16, norms 0.01 to 100", DeepGraphs.unscaled(4, 4, 16), 4096);
    add(out, "4 layers of 4 × 16, norms 0.01 to 100", DeepGraphs.unscaled(4, 4, 16), 256);
    add(out, "4 layers of 6 × 16, alike", DeepGraphs.alike(4, 6, 16), 4096);
    DeepGraphs.Shape small = DeepGraphs.layers(4, 4, 16, false, false);
    out.add(
        new Setting("4 layers of 4 × 16, 8 bits", small, Decoder.JOINT, 4096, Encoding.I8_BLOCK));
    out.add(
        new Setting(
            "4 layers of 4 × 16, norms 0.01 to 100, 8 bits",
            DeepGraphs.unscaled(4, 4, 16),
            Decoder.JOINT,
            4096,
            Encoding.I8_BLOCK));
    DeepGraphs.Shape sparse = DeepGraphs.sparse(6, 4, 64, 3);
    for (Decoder decoder : new Decoder[] {Decoder.SPARSE, Decoder.SPARSE_NONNEGATIVE}) {
      out.add(new Setting("6 layers of 4 × 64, 3 above 0", sparse, decoder, 2048, Encoding.F32));
      out.add(new Setting("6 layers of 4 × 64, 3 above 0", sparse, decoder, 1024, Encoding.F32));
      out.add(
          new Setting(
              "12 × 64 in a chain, 3 above 0",
              DeepGraphs.sparse(12, 1, 64, 3),
              decoder,
              2048,
              Encoding.F32));
    }
    DeepGraphs.Shape wide = DeepGraphs.layers(2, 8, 16, false, false);
    out.add(new Setting("2 layers of 8 × 16", wide, Decoder.MATCHED, 4096, Encoding.F32));
    out.add(
        new Setting(
            "2 layers of 8 × 16, alike",
            DeepGraphs.alike(2, 8, 16),
            Decoder.MATCHED,
            4096,
            Encoding.F32));
    return out;
  }

  /** The rows of one table: three forms of each graph. */
  private static List<Setting> shares() {
    List<Setting> out = new ArrayList<>();
    DeepGraphs.Shape chain = DeepGraphs.chain(12, 32, false);
    DeepGraphs.Shape layers = DeepGraphs.layers(6, 3, 16, false, false);
    addForms(out, "chain of 24 × 64", DeepGraphs.chain(24, 64, false), Encoding.F32);
    addForms(out, "12 layers of 4 × 32", DeepGraphs.layers(12, 4, 32, false, false), Encoding.F32);
    addForms(out, "chain of 12 × 32, 8 bits", chain, Encoding.I8_BLOCK);
    addForms(out, "6 layers of 3 × 16, 8 bits", layers, Encoding.I8_BLOCK);
    addForms(
        out,
        "one module in 6 layers of 3 × 16",
        DeepGraphs.layers(6, 3, 16, true, false),
        Encoding.F32);
    addForms(out, "one module in a chain of 10 × 16", DeepGraphs.chain(10, 16, true), Encoding.F32);
    return out;
  }

  private static void addForms(
      List<Setting> out, String label, DeepGraphs.Shape shape, Encoding encoding) {
    DeepGraphs.Shape balanced = random -> OwnWeights.balanced(shape.draw(random));
    out.add(new Setting(label + ", ½, τ ½", shape, Decoder.JOINT, 4096, encoding, 0.5));
    out.add(new Setting(label + ", balanced, τ ½", balanced, Decoder.JOINT, 4096, encoding, 0.5));
    out.add(new Setting(label + ", balanced, τ ¾", balanced, Decoder.JOINT, 4096, encoding, 0.75));
  }

  private static void add(List<Setting> out, String label, DeepGraphs.Shape shape, int dimension) {
    out.add(new Setting(label, shape, Decoder.JOINT, dimension, Encoding.F32));
  }

  private static Map<Integer, Cell> measure(Setting setting, int seed) {
    Computation graph = setting.shape.draw(new Random(seed));
    SketchSpec spec = new SketchSpec(setting.dimension, 16, seed);
    Operators operators = new Operators(spec.withTransparency(setting.transparency));
    Sketch sketch = new Sketcher(operators).sketch(graph).encode(setting.encoding);
    Skeleton skeleton = graph.skeleton();
    Decoded decoded = new GraphDecoder(operators, skeleton).decode(sketch, setting.decoder);
    Map<Integer, Cell> cells = new TreeMap<>();
    for (int i = 0; i < skeleton.size(); i++) {
      int depth = DeepGraphs.depth(skeleton.id(i));
      int range = IntStream.of(DEPTHS).filter(k -> k <= depth).max().orElseThrow();
      Cell cell = cells.computeIfAbsent(range, k -> new Cell());
      cell.objects++;
      float[] truth = graph.attributes(i).toArray();
      float[] found = decoded.attributes(i);
      boolean determined = decoded.determined(i);
      cell.determined += determined ? 1 : 0;
      for (int j = 0; j < truth.length; j++) {
        double off = Math.abs((double) found[j] - truth[j]);
        if (determined) {
          cell.errors += off * off;
          cell.norms += (double) truth[j] * truth[j];
        }
        if (Double.isFinite(decoded.standardError(i))) {
          cell.values++;
          cell.held += off <= 1.96 * decoded.standardError(i) ? 1 : 0;
        }
      }
    }
    return cells;
  }

  private static String row(Setting setting, Map<Integer, Cell> cells) {
    Cell all = cells.values().stream().reduce(new Cell(), Cell::plus);
    String errors =
        cells.entrySet().stream()
            .filter(e -> e.getValue().determined > 0)
            .map(
                e ->
                    String.format(
                        Locale.ROOT,
                        "%d: %.0e [%.0f]",
                        e.getKey(),
                        Math.sqrt(e.getValue().errors / e.getValue().norms),
                        100.0 * e.getValue().held / e.getValue().values))
            .collect(Collectors.joining(", "));
    double held = 100.0 * all.held / all.values;
    return String.format(
        Locale.ROOT,
        held >= 93 && held <= 97
            ? "| %s | %s | %d | %.2f | %s | %.0f %% | %.1f |"
            : "| %s | %s | %d | %.2f | %s | %.0f %% | **%.1f** |",
        setting.label,
        setting.decoder,
        setting.dimension,
        (double) setting.shape.draw(new Random(1)).skeleton().totalDimension() / setting.dimension,
        errors,
        100.0 * (all.objects - all.determined) / all.objects,
        held);
  }
}
