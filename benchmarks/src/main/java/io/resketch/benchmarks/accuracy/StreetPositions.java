package io.resketch.benchmarks.accuracy;

import io.resketch.core.decode.Decoded;
import io.resketch.core.decode.Decoder;
import io.resketch.core.decode.GraphDecoder;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.Positions;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * What positions are good for, on the detections of the street video: each frame is a list of
 * roots, one for each detection, with box and score as attributes.
 */
final class StreetPositions implements Part {
  private static final int DIMENSION = 1024;
  private static final int NEIGHBOURS = 10;
  private static final double WIDTH = 1280;

  @Override
  public String name() {
    return "street-positions";
  }

  @Override
  public List<String> run(int seeds, Path plots) throws IOException {
    List<Computation> frames = frames(plots.resolve("../../examples/street/data/detections.csv"));
    List<List<Integer>> truth = neighbours(similarities(frames));
    List<String> table = new ArrayList<>();
    table.add(
        "| positions | τ | recall@10 of frames alike | objects determined alone | their error |"
            + " in sums only |");
    table.add("| --- | --- | --- | --- | --- | --- |");
    for (Positions positions : Positions.values()) {
      for (double transparency : new double[] {0.5, 0.75}) {
        Outcome sum = new Outcome();
        for (int seed = 0; seed < seeds; seed++) {
          SketchSpec spec = new SketchSpec(DIMENSION, 16, 7 + seed).withTransparency(transparency);
          measure(frames, truth, positions, new Operators(spec), sum);
        }
        table.add(sum.row(positions, transparency, frames.size() * seeds));
      }
    }
    return table;
  }

  /** Sums over frames and seeds. */
  private static final class Outcome {
    double recall;
    long objects;
    long alone;
    long summed;
    double squares;
    long values;

    String row(Positions positions, double transparency, int frames) {
      return String.format(
          Locale.ROOT,
          "| %s | %s | %.3f | %.1f %% | %.0e | %.1f %% |",
          positions.name().toLowerCase(Locale.ROOT),
          transparency,
          recall / frames,
          100.0 * alone / objects,
          Math.sqrt(squares / Math.max(1, values)),
          100.0 * summed / objects);
    }
  }

  private static List<Computation> frames(Path csv) throws IOException {
    Map<String, List<String[]>> byFrame = new TreeMap<>();
    List<String> lines = Files.readAllLines(csv);
    for (String line : lines.subList(1, lines.size())) {
      String[] cells = line.split(",", -1);
      byFrame.computeIfAbsent(cells[0], frame -> new ArrayList<>()).add(cells);
    }
    return byFrame.values().stream().map(StreetPositions::frame).toList();
  }

  private static Computation frame(List<String[]> detections) {
    Computation.Builder out = Computation.builder();
    for (int i = 0; i < detections.size(); i++) {
      String[] cells = detections.get(i);
      float[] x = new float[5];
      x[0] = Float.parseFloat(cells[2]) / 2;
      for (int j = 1; j < 5; j++) {
        x[j] = (float) (Float.parseFloat(cells[2 + j]) / WIDTH / 2);
      }
      out.object("d" + i, cells[1], Attributes.dense(x)).root("d" + i, 1f / detections.size());
    }
    return out.build();
  }

  private static void measure(
      List<Computation> frames,
      List<List<Integer>> truth,
      Positions positions,
      Operators operators,
      Outcome sum) {
    Sketcher sketcher = new Sketcher(operators);
    List<Sketch> sketches = new ArrayList<>();
    for (Computation frame : frames) {
      Computation placed = positions.place(frame);
      Sketch sketch = sketcher.sketch(placed);
      sketches.add(sketch);
      Decoded decoded =
          new GraphDecoder(operators, placed.skeleton()).decode(sketch, Decoder.JOINT);
      for (int i = 0; i < placed.skeleton().size(); i++) {
        sum.objects++;
        sum.summed += decoded.group(i).isPresent() ? 1 : 0;
        if (decoded.determined(i)) {
          sum.alone++;
          float[] x = placed.attributes(i).toArray();
          float[] found = decoded.attributes(i);
          for (int j = 0; j < x.length; j++) {
            sum.values++;
            sum.squares += Math.pow((double) found[j] - x[j], 2);
          }
        }
      }
    }
    double[][] cosines = new double[frames.size()][frames.size()];
    for (int a = 0; a < cosines.length; a++) {
      for (int b = 0; b < a; b++) {
        cosines[a][b] = sketches.get(a).cosine(sketches.get(b));
        cosines[b][a] = cosines[a][b];
      }
    }
    List<List<Integer>> found = neighbours(cosines);
    for (int a = 0; a < cosines.length; a++) {
      Set<Integer> both = new HashSet<>(truth.get(a));
      both.retainAll(found.get(a));
      sum.recall += (double) both.size() / NEIGHBOURS;
    }
  }

  /** Cosines of what a frame holds whatever its order: for each class the sums over its objects. */
  private static double[][] similarities(List<Computation> frames) {
    List<Map<String, double[]>> features = frames.stream().map(StreetPositions::features).toList();
    int n = frames.size();
    double[][] out = new double[n][n];
    for (int a = 0; a < n; a++) {
      for (int b = 0; b < a; b++) {
        Map<String, double[]> x = features.get(a);
        Map<String, double[]> y = features.get(b);
        out[a][b] = dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y));
        out[b][a] = out[a][b];
      }
    }
    return out;
  }

  private static Map<String, double[]> features(Computation frame) {
    Map<String, double[]> out = new HashMap<>();
    for (int i = 0; i < frame.skeleton().size(); i++) {
      double[] sum = out.computeIfAbsent(frame.skeleton().module(i), name -> new double[6]);
      sum[5]++;
      for (int j = 0; j < 5; j++) {
        sum[j] += frame.attributes(i).value(j);
      }
    }
    return out;
  }

  private static double dot(Map<String, double[]> x, Map<String, double[]> y) {
    double sum = 0;
    for (Map.Entry<String, double[]> part : x.entrySet()) {
      double[] other = y.get(part.getKey());
      for (int j = 0; other != null && j < other.length; j++) {
        sum += part.getValue()[j] * other[j];
      }
    }
    return sum;
  }

  private static List<List<Integer>> neighbours(double[][] cosines) {
    List<List<Integer>> out = new ArrayList<>();
    for (int a = 0; a < cosines.length; a++) {
      int self = a;
      out.add(
          IntStream.range(0, cosines.length)
              .filter(b -> b != self)
              .boxed()
              .sorted(Comparator.comparingDouble(b -> -cosines[self][b]))
              .limit(NEIGHBOURS)
              .toList());
    }
    return out;
  }
}
