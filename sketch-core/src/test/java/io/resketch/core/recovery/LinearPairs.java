package io.resketch.core.recovery;

import java.util.List;
import java.util.SplittableRandom;

/**
 * Pairs of a sketch that is any linear map of inputs and of hidden codes, each above 0 in a share
 * of the pairs that is given; no objects.
 *
 * @param columns hidden × d, of length 1
 */
record LinearPairs(PairSample sample, double[][] columns) {
  private static final int BLOCK = 16;
  private static final int INPUTS = 4;

  /**
   * Columns of strings of signs.
   *
   * @param active of each hidden code: share of the pairs in which it is above 0
   * @param strings of a column, each on a random block
   */
  static LinearPairs ofStrings(double[] active, int strings, int rows, int dimension, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    double[][] all = new double[INPUTS + active.length][dimension];
    for (double[] column : all) {
      for (int s = 0; s < strings; s++) {
        int block = random.nextInt(dimension / BLOCK);
        for (int q = 0; q < BLOCK; q++) {
          column[block * BLOCK + q] += random.nextBoolean() ? 1 : -1;
        }
      }
      Symmetric.unit(column);
    }
    float[] in = new float[rows * INPUTS];
    float[] out = new float[rows * dimension];
    for (int i = 0; i < rows; i++) {
      double[] sketch = new double[dimension];
      for (int j = 0; j < all.length; j++) {
        boolean on = j < INPUTS || random.nextDouble() < active[j - INPUTS];
        float value = on ? (float) Math.abs(random.nextGaussian()) : 0;
        if (j < INPUTS) {
          in[i * INPUTS + j] = value;
        }
        for (int b = 0; b < dimension; b++) {
          sketch[b] += value * all[j][b];
        }
      }
      for (int b = 0; b < dimension; b++) {
        out[i * dimension + b] = (float) sketch[b];
      }
    }
    double[][] hidden = java.util.Arrays.copyOfRange(all, INPUTS, all.length);
    return new LinearPairs(new PairSample(rows, List.of(INPUTS), in, dimension, out), hidden);
  }

  /** Columns of a recovered network that are those of a hidden code, bit for bit as floats. */
  int exact(RecoveredNetwork network) {
    int count = 0;
    for (double[] truth : columns) {
      for (double[] column : network.dictionary().subList(INPUTS, network.columns())) {
        double sign = Math.signum(Kernels.dot(truth, 0, column, 0, truth.length));
        boolean equal = true;
        for (int b = 0; b < truth.length && equal; b++) {
          equal = (float) (sign * column[b]) == (float) truth[b];
        }
        count += equal ? 1 : 0;
      }
    }
    return count;
  }
}
