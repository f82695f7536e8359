package io.resketch.core.recovery;

import io.resketch.core.InvalidInputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;

/**
 * The sketches Y of a sample, N × d, as Y ≈ Q M. Q is N × r and orthogonal; its first {@code known}
 * columns span the constant 1 and the input attributes, the other {@code hidden} ones what else
 * varies: one for every column of the dictionary that is not an input's. Code rows, of length N,
 * are Q w; the hidden columns, of length d, are combinations of the last rows of M.
 *
 * @param codes Q, N rows, scaled to Q'Q = N I
 * @param known first columns of Q
 * @param hidden other columns of Q
 * @param products (known + hidden) × d: what of the sketches goes with the columns of Q, Q'Y / N
 * @param noise singular value of the strongest direction left out, of that of the weakest kept
 */
record PairSpace(
    Basis codes, int known, int hidden, double[] products, int dimension, double noise) {
  private static final int SIGNS_PER_ENTRY = 8;
  private static final int FIRST_WIDTH = 384;

  /** Directions left out, at least; they show the noise. */
  private static final int SPARE = 8;

  /** Between the singular value of the last direction kept and the first left out. */
  private static final double LEAST_GAP = 4;

  /**
   * Finds the space of a sample. Sketches are first mixed at random to a smaller width (Nelson and
   * Nguyen, OSNAP, FOCS 2013), in which rank and codes are the same.
   *
   * @param given rank, if it is known
   * @throws InvalidInputException if the pairs are too few for the rank, or it cannot be told from
   *     noise
   */
  static PairSpace of(PairSample sample, long seed, OptionalInt given) {
    List<double[]> inputs = knownRows(sample);
    List<double[]> knownBasis = Spans.basis(inputs);
    int most = Math.min(sample.dimension(), sample.rows() - knownBasis.size());
    if (most <= SPARE) {
      throw new InvalidInputException(
          "pairs",
          sample.rows()
              + " pairs of "
              + sample.dimension()
              + " floats to learn from are too few: "
              + (knownBasis.size() - 1)
              + " input attributes and a constant explain as many by themselves; give some 40 pairs"
              + " for every hidden attribute");
    }
    for (int width = Math.min(FIRST_WIDTH, most); ; width = Math.min(2 * width, most)) {
      double[] mixed = mixed(sample, width, seed, knownBasis);
      double[] gram = gram(mixed, sample.rows(), width);
      Symmetric.Eigen eigen = Symmetric.eigen(gram, width);
      int rank = given.orElseGet(() -> rank(eigen.values()));
      if (rank == 0 || rank > width - SPARE || eigen.values()[rank - 1] <= 0) {
        if (width < most) {
          continue;
        }
        if (given.isPresent()) {
          throw new InvalidInputException(
              "rank",
              rank
                  + " is more than "
                  + sample.rows()
                  + " pairs of "
                  + sample.dimension()
                  + " floats have; correct it, or give more pairs");
        }
        throw new InvalidInputException(
            "pairs",
            sample.rows()
                + " pairs of "
                + sample.dimension()
                + " floats show no rank: either there are too few of them, some 40 for every"
                + " hidden attribute are needed, or noise hides the weakest attributes; if you know"
                + " how many hidden attributes there are, give the rank");
      }
      return of(sample, knownBasis, mixed, width, eigen, rank);
    }
  }

  /** The constant and the input attributes that vary. */
  private static List<double[]> knownRows(PairSample sample) {
    int n = sample.rows();
    int p = sample.inputWidth();
    List<double[]> out = new ArrayList<>();
    double[] one = new double[n];
    Arrays.fill(one, 1);
    out.add(one);
    for (int j = 0; j < p; j++) {
      double[] row = new double[n];
      boolean zero = true;
      for (int i = 0; i < n; i++) {
        row[i] = sample.inputs()[i * p + j];
        zero &= row[i] == 0;
      }
      if (!zero) {
        out.add(row);
      }
    }
    return out;
  }

  private static double[] mixed(
      PairSample sample, int width, long seed, List<double[]> knownBasis) {
    int n = sample.rows();
    int d = sample.dimension();
    SplittableRandom random = new SplittableRandom(seed);
    int[] place = new int[d * SIGNS_PER_ENTRY];
    int[] sign = new int[place.length];
    for (int i = 0; i < place.length; i++) {
      place[i] = random.nextInt(width);
      sign[i] = random.nextBoolean() ? 1 : -1;
    }
    double[] out = new double[n * width];
    for (int i = 0; i < n; i++) {
      for (int j = 0, k = 0; j < d; j++) {
        double y = sample.sketches()[i * d + j];
        for (int s = 0; s < SIGNS_PER_ENTRY; s++, k++) {
          out[i * width + place[k]] += sign[k] * y;
        }
      }
    }
    takeAway(out, n, width, knownBasis);
    return out;
  }

  /** Makes the columns of a matrix orthogonal to others. */
  private static void takeAway(double[] matrix, int n, int width, List<double[]> basis) {
    for (int twice = 0; twice < 2; twice++) {
      for (double[] direction : basis) {
        double[] along = new double[width];
        for (int i = 0; i < n; i++) {
          double c = direction[i];
          if (c != 0) {
            int at = i * width;
            for (int j = 0; j < width; j++) {
              along[j] += c * matrix[at + j];
            }
          }
        }
        for (int i = 0; i < n; i++) {
          double c = direction[i];
          if (c != 0) {
            int at = i * width;
            for (int j = 0; j < width; j++) {
              matrix[at + j] -= c * along[j];
            }
          }
        }
      }
    }
  }

  /** A'A of an n × width matrix. */
  static double[] gram(double[] a, int n, int width) {
    double[] gram = new double[width * width];
    double[] eight = new double[8 * width];
    for (int i = 0; i < n; i += 8) {
      int rows = Math.min(8, n - i);
      Arrays.fill(eight, 0);
      System.arraycopy(a, i * width, eight, 0, rows * width);
      Kernels.gram8(eight, width, gram);
    }
    Symmetric.mirror(gram, width);
    return gram;
  }

  /** Whether it would be told from noise if it were not given. */
  boolean rankIsClear() {
    return noise * LEAST_GAP < 1;
  }

  /** Where the eigenvalues fall most; 0 if nowhere enough. */
  private static int rank(double[] values) {
    double floor = values[0] * 1e-15;
    int best = 0;
    double gap = LEAST_GAP * LEAST_GAP;
    for (int i = 0; i + 1 < values.length && values[i] > floor; i++) {
      double ratio = values[i] / Math.max(values[i + 1], floor);
      if (ratio > gap) {
        gap = ratio;
        best = i + 1;
      }
    }
    return best;
  }

  private static PairSpace of(
      PairSample sample,
      List<double[]> knownBasis,
      double[] mixed,
      int width,
      Symmetric.Eigen eigen,
      int rank) {
    int n = sample.rows();
    int known = knownBasis.size();
    int r = known + rank;
    double scale = Math.sqrt(n);
    double[] q = new double[n * r];
    for (int a = 0; a < known; a++) {
      double[] row = knownBasis.get(a);
      for (int i = 0; i < n; i++) {
        q[i * r + a] = scale * row[i];
      }
    }
    for (int a = 0; a < rank; a++) {
      double[] vector = eigen.vectors()[a];
      double c = scale / Math.sqrt(eigen.values()[a]);
      for (int i = 0; i < n; i++) {
        q[i * r + known + a] = c * Kernels.dot(mixed, i * width, vector, 0, width);
      }
    }
    double below = eigen.values()[rank];
    double noise = Math.sqrt(Math.max(below, 0) / eigen.values()[rank - 1]);
    Basis codes = new Basis(n, r, q);
    return new PairSpace(codes, known, rank, products(codes, sample), sample.dimension(), noise);
  }

  private static double[] products(Basis codes, PairSample sample) {
    int n = sample.rows();
    int d = sample.dimension();
    int r = codes.dims();
    double[] out = new double[r * d];
    double[] eight = new double[8 * d];
    double[] c = new double[8];
    for (int i = 0; i < n; i += 8) {
      int rows = Math.min(8, n - i);
      Arrays.fill(eight, 0);
      for (int j = 0; j < rows * d; j++) {
        eight[j] = sample.sketches()[i * d + j];
      }
      for (int a = 0; a < r; a++) {
        for (int l = 0; l < 8; l++) {
          c[l] = l < rows ? codes.values()[(i + l) * r + a] / n : 0;
        }
        Kernels.add8(out, a * d, eight, 0, d, c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7], d);
      }
    }
    return out;
  }

  /** What of the sketches goes with a direction of the hidden part of the codes. */
  double[] column(double[] direction) {
    double[] out = new double[dimension];
    for (int a = 0; a < hidden; a++) {
      double c = direction[a];
      int at = (known + a) * dimension;
      for (int j = 0; j < dimension; j++) {
        out[j] += c * products[at + j];
      }
    }
    return out;
  }

  /** Coordinates of the code that the sketches' products with a vector of length d are. */
  double[] codeOf(double[] vector) {
    double[] out = new double[known + hidden];
    for (int a = 0; a < out.length; a++) {
      out[a] = Kernels.dot(products, a * dimension, vector, 0, dimension);
    }
    return out;
  }

  /** An orthonormal basis of the hidden directions that codes leave. */
  double[][] leftOf(List<double[]> codes) {
    return Spans.complement(Spans.basis(codes.stream().map(this::hiddenPart).toList()), hidden);
  }

  /** Vectors that span what the columns of other codes span, but for columns of codes known. */
  List<double[]> columnsLeftOf(List<double[]> codes) {
    return Arrays.stream(leftOf(codes)).map(this::column).toList();
  }

  /** What of the coordinates of a code is on the hidden columns of Q. */
  double[] hiddenPart(double[] code) {
    double[] out = new double[hidden];
    System.arraycopy(code, known, out, 0, out.length);
    return out;
  }

  /**
   * The known directions among coordinates.
   *
   * @param dims of the coordinates, the known ones first
   */
  List<double[]> knownAxes(int dims) {
    List<double[]> out = new ArrayList<>();
    for (int a = 0; a < known; a++) {
      double[] axis = new double[dims];
      axis[a] = 1;
      out.add(axis);
    }
    return out;
  }
}
