package io.resketch.core.recovery;

import io.resketch.core.sketch.Encoding;
import io.resketch.core.spec.SketchSpec;
import java.util.List;
import java.util.SplittableRandom;

/** Pairs of a teacher network with what is to be found in them. */
record TeacherPairs(TeacherNetwork network, PairSample sample, double[][] columns) {
  static final int ATTRIBUTES = 12;

  static TeacherPairs of(
      int inputs, List<Integer> levels, int dimension, boolean unit, Encoding encoding, long seed) {
    return of(inputs, levels, new SketchSpec(dimension, 16, seed + 7), unit, encoding, seed);
  }

  static TeacherPairs of(
      int inputs,
      List<Integer> levels,
      SketchSpec spec,
      boolean unit,
      Encoding encoding,
      long seed) {
    return of(inputs, levels, 3, spec, unit, encoding, seed);
  }

  static TeacherPairs of(
      int inputs,
      List<Integer> levels,
      int nonzero,
      SketchSpec spec,
      boolean unit,
      Encoding encoding,
      long seed) {
    int dimension = spec.dimension();
    TeacherNetwork network =
        new TeacherNetwork(
            new TeacherNetwork.Settings(inputs, levels, ATTRIBUTES, nonzero, 3, unit, seed), spec);
    int n = network.objects() * ATTRIBUTES;
    int p = inputs * ATTRIBUTES;
    int rows = 40 * n;
    float[] in = new float[rows * p];
    float[] out = new float[rows * dimension];
    SplittableRandom random = new SplittableRandom(seed + 1);
    for (int i = 0; i < rows; i++) {
      TeacherNetwork.Pair pair = network.pair(random);
      System.arraycopy(pair.attributes(), 0, in, i * p, p);
      float[] sketch = pair.sketch().encode(encoding).toArray();
      System.arraycopy(sketch, 0, out, i * dimension, dimension);
    }
    return new TeacherPairs(
        network, new PairSample(rows, network.inputSizes(), in, dimension, out), network.columns());
  }

  /** The attribute whose column is nearest to one, if the cosine is at least {@code least}. */
  int attribute(double[] column, double least) {
    int best = -1;
    double most = least;
    for (int j = 0; j < columns.length; j++) {
      double cosine = Math.abs(Kernels.dot(columns[j], 0, column, 0, column.length));
      if (cosine >= most) {
        most = cosine;
        best = j;
      }
    }
    return best;
  }
}
