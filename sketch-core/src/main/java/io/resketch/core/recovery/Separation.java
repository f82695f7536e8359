package io.resketch.core.recovery;

import io.resketch.core.solve.UnsolvableException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * Codes that lack a multiple of another. Zeros tell a code x only as far as no other e is 0
 * wherever x is: if e is seldom above 0, and x is above 0 wherever e is, x − c e has one zero more
 * for the greatest c that leaves nothing below 0. The length of the attribute vectors tells c: 1 =
 * Σ s_j (x_j + c_j e)² on the rows of e, with s_j from the other rows, is linear in 2 s_j c_j and
 * the sum of the squares.
 */
final class Separation {
  /** Rows in which a code is above 0: with fewer nothing tells it from others. */
  static final int LEAST_ROWS = 5;

  /** Of the rows: no other is above 0 wherever a code is that is above 0 in more. */
  private static final double MOST_ROWS = 0.05;

  private static final int FITS = 4;

  /** Keeps columns that are multiples of each other from being singular. */
  private static final double RIDGE = 1e-12;

  /** Of the squared length: less is rounding. */
  private static final double LENGTH = 1e-3;

  /** As above, of rows that a relation is fitted to. */
  private static final double FITTED = 1e-2;

  /** Of rows: those in which a relation must hold. */
  private static final double LEAST_HOLDING = 0.9;

  private final double[][] codes;
  private final double tolerance;
  private final List<Part> parts = new ArrayList<>();
  private final List<Integer> unclear = new ArrayList<>();

  /**
   * A multiple that is lacking.
   *
   * @param code which lacks it
   * @param other of which
   */
  record Part(int code, int other, double times) {}

  private Separation(double[][] codes, double noise) {
    this.codes = Arrays.stream(codes).map(double[]::clone).toArray(double[][]::new);
    tolerance = Math.max(LENGTH, 10 * noise);
  }

  /**
   * Finds what is lacking.
   *
   * @param codes by attribute
   * @param noise size of a zero, of the largest values
   */
  static Separation of(double[][] codes, double noise) {
    List<Integer> seldom =
        IntStream.range(0, codes.length).filter(j -> isSeldom(codes[j])).boxed().toList();
    List<List<Integer>> groups = Grouping.of(codes, seldom).groups();
    Separation out = new Separation(codes, noise);
    IntStream.range(0, codes.length)
        .boxed()
        .sorted(Comparator.comparingInt(other -> out.rows(other).length))
        .forEach(other -> groups.forEach(group -> out.separateOrName(other, group)));
    return out;
  }

  /** In the order in which they are to be added. */
  List<Part> parts() {
    return parts;
  }

  /** Codes that others lack a multiple of, which is not known. */
  List<Integer> unclear() {
    return unclear.stream().distinct().toList();
  }

  /** Whether a code is above 0 in so few rows that nothing tells it from others. */
  static boolean isSeldom(double[] code) {
    return Arrays.stream(code).filter(x -> x != 0).count() < LEAST_ROWS;
  }

  private int[] rows(int code) {
    return IntStream.range(0, codes[code].length).filter(i -> codes[code][i] != 0).toArray();
  }

  /** Where the relations cannot be solved for, it is not clear what is lacking. */
  private void separateOrName(int other, List<Integer> group) {
    try {
      separate(other, group);
    } catch (UnsolvableException e) {
      unclear.add(other);
    }
  }

  private void separate(int other, List<Integer> group) {
    int[] rows = rows(other);
    if (rows.length < LEAST_ROWS || rows.length > MOST_ROWS * codes[other].length) {
      return;
    }
    List<Integer> members = group.stream().filter(j -> j != other).toList();
    List<Integer> lacking =
        members.stream()
            .filter(j -> Arrays.stream(rows).filter(i -> codes[j][i] == 0).count() <= 1)
            .toList();
    if (lacking.isEmpty()) {
      return;
    }
    double[] weights = weights(members, other);
    double[] missed = Arrays.stream(rows).mapToDouble(i -> missed(members, weights, i)).toArray();
    boolean own = group.contains(other);
    double[][] alone = own ? columns(List.of(), other, rows) : new double[0][];
    if (weights.length == 0 || fits(alone, missed).isPresent()) {
      return; // binds nothing, or holds as it is
    }
    Optional<double[]> fit =
        Optional.of(columns(lacking, other, rows))
            .filter(all -> all.length < rows.length)
            .flatMap(all -> fits(all, missed));
    if (fit.isEmpty()) {
      unclear.add(other);
      return;
    }
    for (int l = 0; l < lacking.size(); l++) {
      int code = lacking.get(l);
      double times = fit.get()[l] / (2 * weights[members.indexOf(code)]);
      parts.add(new Part(code, other, times));
      for (int i : rows) {
        codes[code][i] += times * codes[other][i];
      }
    }
  }

  /** Of the squares of members; empty if their vector has no length. */
  private double[] weights(List<Integer> members, int other) {
    int n = codes[other].length;
    boolean[] used = new boolean[n];
    for (int i = 0; i < n; i++) {
      used[i] = codes[other][i] == 0;
    }
    double[] out = new double[0];
    for (int fit = 0; fit < FITS; fit++) {
      out = leastSquares(members, used);
      for (int i = 0; i < n; i++) {
        used[i] = codes[other][i] == 0 && Math.abs(missed(members, out, i)) < FITTED;
      }
    }
    long holds = IntStream.range(0, n).filter(i -> used[i]).count();
    return holds < LEAST_HOLDING * n ? new double[0] : out;
  }

  private double[] leastSquares(List<Integer> members, boolean[] used) {
    int[] rows = IntStream.range(0, used.length).filter(i -> used[i]).toArray();
    double[][] squares =
        members.stream()
            .map(j -> Arrays.stream(rows).mapToDouble(i -> codes[j][i] * codes[j][i]).toArray())
            .toArray(double[][]::new);
    double[] ones = new double[rows.length];
    Arrays.fill(ones, 1);
    return solve(squares, ones);
  }

  private double missed(List<Integer> members, double[] weights, int row) {
    double out = 1;
    for (int l = 0; l < weights.length; l++) {
      double x = codes[members.get(l)][row];
      out -= weights[l] * x * x;
    }
    return out;
  }

  /** Products with each, and the square, of a code on its rows. */
  private double[][] columns(List<Integer> lacking, int other, int[] rows) {
    List<double[]> out = new ArrayList<>();
    lacking.forEach(j -> out.add(products(j, other, rows)));
    out.add(products(other, other, rows));
    return out.toArray(double[][]::new);
  }

  private double[] products(int code, int other, int[] rows) {
    return Arrays.stream(rows).mapToDouble(i -> codes[code][i] * codes[other][i]).toArray();
  }

  /** How often each column is in a vector; empty if there is more in it. */
  private Optional<double[]> fits(double[][] columns, double[] vector) {
    double[] out = columns.length == 0 ? new double[0] : solve(columns, vector);
    for (int i = 0; i < vector.length; i++) {
      double rest = vector[i];
      for (int l = 0; l < columns.length; l++) {
        rest -= out[l] * columns[l][i];
      }
      if (Math.abs(rest) > tolerance) {
        return Optional.empty();
      }
    }
    return Optional.of(out);
  }

  private static double[] solve(double[][] columns, double[] right) {
    int m = columns.length;
    double[] system = new double[right.length * (m + 1)];
    for (int i = 0; i < right.length; i++) {
      for (int l = 0; l < m; l++) {
        system[i * (m + 1) + l] = columns[l][i];
      }
      system[i * (m + 1) + m] = right[i];
    }
    return LinearMaps.leastSquares(system, right.length, m, RIDGE);
  }
}
