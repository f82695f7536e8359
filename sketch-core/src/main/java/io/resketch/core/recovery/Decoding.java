package io.resketch.core.recovery;

import io.resketch.core.recovery.RecoveredNetwork.HiddenObject;
import io.resketch.core.solve.DenseSystems;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.ejml.data.DMatrixRMaj;

/**
 * Codes of a sketch by least squares, of which an object has no more than it keeps. Thread-safe.
 */
final class Decoding {
  /** Of the largest attribute of an object: less is rounding. */
  private static final double ZERO = 1e-4;

  /** Keeps columns that are nearly equal, or 0, from having codes without bound. */
  private static final double RIDGE = 1e-10;

  private final RecoveredNetwork network;
  private final double[] products;

  Decoding(RecoveredNetwork network) {
    this.network = network;
    this.products = Spans.products(network.dictionary());
  }

  /**
   * Decodes.
   *
   * @param rest the sketch without offset and the columns before the first
   * @param codes those before the first
   * @param first column to be decoded
   * @return all codes
   */
  double[] codes(double[] rest, double[] codes, int first) {
    double[] along = new double[codes.length];
    for (int j = first; j < codes.length; j++) {
      along[j] = Kernels.dot(network.dictionary().get(j), 0, rest, 0, rest.length);
    }
    int[] all = IntStream.range(first, codes.length).toArray();
    double[] out = codes.clone();
    solve(all, along, out);
    int[] kept = kept(all, out);
    Arrays.fill(out, first, out.length, 0);
    solve(kept, along, out);
    return out;
  }

  /** Columns that the functions of their objects can keep. */
  private int[] kept(int[] columns, double[] codes) {
    boolean[] dropped = new boolean[codes.length];
    for (HiddenObject object : network.objects()) {
      if (object.function().isPresent()) {
        ObjectFunction function = object.function().get();
        double[] z = new double[object.columns().size()];
        for (int k = 0; k < z.length; k++) {
          z[k] = codes[object.columns().get(k)] / function.scales()[k];
        }
        function.keep(z);
        double most = Arrays.stream(z).map(Math::abs).max().orElse(0);
        for (int k = 0; k < z.length; k++) {
          dropped[object.columns().get(k)] = Math.abs(z[k]) <= ZERO * most;
        }
      }
    }
    return Arrays.stream(columns).filter(j -> !dropped[j]).toArray();
  }

  /** Least squares on some columns; sets their codes. */
  private void solve(int[] columns, double[] along, double[] codes) {
    int n = columns.length;
    int all = codes.length;
    if (n == 0) {
      return;
    }
    DMatrixRMaj left = new DMatrixRMaj(n, n);
    double[] right = new double[n];
    for (int a = 0; a < n; a++) {
      for (int b = 0; b < n; b++) {
        left.set(a, b, products[columns[a] * all + columns[b]]);
      }
      left.add(a, a, RIDGE);
      right[a] = along[columns[a]];
    }
    double[] solution =
        DenseSystems.positive(left, "the products of " + n + " columns").solve(right);
    for (int a = 0; a < n; a++) {
      codes[columns[a]] = solution[a];
    }
  }
}
