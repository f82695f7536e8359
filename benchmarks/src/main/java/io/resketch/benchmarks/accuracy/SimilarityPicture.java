package io.resketch.benchmarks.accuracy;

import io.resketch.benchmarks.Scenes;
import io.resketch.benchmarks.Trees;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.ejml.simple.SimpleEVD;
import org.ejml.simple.SimpleMatrix;

/**
 * Whether related sketches lie together: runs of six kinds, each kind a set of four modules with
 * attributes of its own, every run with a fifth object of chance and changed attributes. A
 * histogram of cosines, and the first two principal components.
 */
final class SimilarityPicture implements Part {
  private static final int KINDS = 6;
  private static final int RUNS = 40;
  private static final int OBJECTS = 4;
  private static final int DIMENSION = 2048;

  @Override
  public String name() {
    return "similarity";
  }

  @Override
  public List<String> run(int seeds, Path plots) throws IOException {
    List<Sketch> sketches = sketches();
    List<Double> same = new ArrayList<>();
    List<Double> other = new ArrayList<>();
    for (int i = 0; i < sketches.size(); i++) {
      for (int j = 0; j < i; j++) {
        (i / RUNS == j / RUNS ? same : other).add(sketches.get(i).cosine(sketches.get(j)));
      }
    }
    Plots.histogram(
        plots.resolve("similarity-histogram.svg"),
        "Cosine of two sketches",
        Map.of("of one kind", same, "of two kinds", other));
    Plots.points(
        plots.resolve("similarity-picture.svg"),
        "Sketches of six kinds, first two principal components",
        principalComponents(sketches));
    Percentiles within = Percentiles.of(same.stream().mapToDouble(Double::doubleValue));
    Percentiles across = Percentiles.of(other.stream().mapToDouble(Double::doubleValue));
    return List.of(
        "| cosine of two runs | 5 % | median | 95 % |",
        "| --- | --- | --- | --- |", row("of one kind", within), row("of two kinds", across));
  }

  private static String row(String label, Percentiles p) {
    return String.format(
        Locale.ROOT, "| %s | %.3f | %.3f | %.3f |", label, p.at(0.05), p.at(0.5), p.at(0.95));
  }

  private static List<Sketch> sketches() {
    Random random = new Random(5);
    Sketcher sketcher = new Sketcher(new SketchSpec(DIMENSION, 16, 3));
    List<Sketch> out = new ArrayList<>();
    for (int kind = 0; kind < KINDS; kind++) {
      float[][] centres = new float[OBJECTS][];
      for (int i = 0; i < OBJECTS; i++) {
        centres[i] = Trees.unit(random, Scenes.ATTRIBUTES);
      }
      for (int run = 0; run < RUNS; run++) {
        Computation.Builder graph = Computation.builder();
        for (int i = 0; i < OBJECTS; i++) {
          int module = (OBJECTS * kind + i) % Scenes.MODULES;
          graph.object("o" + i, "m" + module, Attributes.dense(near(random, centres[i])));
          graph.root("o" + i, 1f / (OBJECTS + 1));
        }
        int chance = random.nextInt(Scenes.MODULES);
        float[] attributes = Trees.unit(random, Scenes.ATTRIBUTES);
        graph.object("x", "m" + chance, Attributes.dense(attributes));
        graph.root("x", 1f / (OBJECTS + 1));
        out.add(sketcher.sketch(graph.build()));
      }
    }
    return out;
  }

  /** A unit vector with a cosine of about 0.8 to the centre. */
  private static float[] near(Random random, float[] centre) {
    float[] noise = Trees.unit(random, centre.length);
    double norm = 0;
    for (int j = 0; j < centre.length; j++) {
      noise[j] = 0.8f * centre[j] + 0.6f * noise[j];
      norm += (double) noise[j] * noise[j];
    }
    for (int j = 0; j < centre.length; j++) {
      noise[j] /= (float) Math.sqrt(norm);
    }
    return noise;
  }

  /** From the Gram matrix of the centred sketches: there are fewer sketches than floats. */
  private static Map<String, double[][]> principalComponents(List<Sketch> sketches) {
    int n = sketches.size();
    SimpleMatrix centred = new SimpleMatrix(n, DIMENSION);
    for (int j = 0; j < DIMENSION; j++) {
      double mean = 0;
      for (Sketch sketch : sketches) {
        mean += sketch.value(j) / n;
      }
      for (int i = 0; i < n; i++) {
        centred.set(i, j, sketches.get(i).value(j) - mean);
      }
    }
    SimpleEVD<SimpleMatrix> eigen = centred.mult(centred.transpose()).eig();
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      order.add(i);
    }
    order.sort((a, b) -> Double.compare(value(eigen, b), value(eigen, a)));
    Map<String, double[][]> out = new TreeMap<>();
    for (int kind = 0; kind < KINDS; kind++) {
      double[][] xy = new double[2][RUNS];
      for (int axis = 0; axis < 2; axis++) {
        int component = order.get(axis);
        SimpleMatrix vector = eigen.getEigenVector(component);
        for (int run = 0; run < RUNS; run++) {
          xy[axis][run] = Math.sqrt(value(eigen, component)) * vector.get(kind * RUNS + run);
        }
      }
      out.put("kind " + (kind + 1), xy);
    }
    return out;
  }

  private static double value(SimpleEVD<SimpleMatrix> eigen, int i) {
    return eigen.getEigenvalue(i).getReal();
  }
}
