package io.resketch.core.recovery;

import io.resketch.core.solve.DenseSystems;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Stream;
import org.ejml.data.DMatrixRMaj;

/**
 * The linear map W of an object, of whose entries W u only those kept are seen: x_j = w_j · u where
 * x_j is not 0, or x_j = g (w_j · u) with a factor g > 0 of the pair. A row that too few pairs show
 * stays 0, which keeps it from being kept.
 */
final class LinearMaps {
  /** Of what is kept: what is not is taken to be below, lest rounding decides at the border. */
  private static final double BELOW = 0.98;

  private static final int ROUNDS = 40;

  /** Of a row: the change of a round that ends them. */
  private static final double SETTLED = 1e-8;

  static final double RIDGE = 1e-12;

  private final List<double[]> inputs;

  /** Of the inputs: the others are linear in these. */
  private final List<Integer> independent;

  private final double[] rows;
  private final double[][] codes;
  private final int m;
  private final int n;

  /**
   * @param inputs u by attribute, m values of one per pair
   * @param codes x by attribute
   */
  LinearMaps(List<double[]> inputs, double[][] codes) {
    this.inputs = inputs;
    this.independent = Spans.independent(inputs);
    this.codes = codes;
    this.m = inputs.size();
    this.n = codes[0].length;
    this.rows = new double[n * m];
    for (int a = 0; a < m; a++) {
      for (int i = 0; i < n; i++) {
        rows[i * m + a] = inputs.get(a)[i];
      }
    }
  }

  /** W for x_j = w_j · u. */
  double[][] direct() {
    double[][] out = new double[codes.length][];
    for (int j = 0; j < out.length; j++) {
      double[] x = codes[j];
      out[j] = fit(i -> x[i] != 0, i -> x[i]);
    }
    return filled(out);
  }

  /** W up to a factor, for x_j = g (w_j · u); empty if no two entries are kept together. */
  Optional<double[][]> scaled() {
    double[][] out = new double[codes.length][];
    Optional<Couple> best = couple();
    if (best.isEmpty()) {
      return Optional.empty();
    }
    Dependence.Partners seed = best.get().partners();
    double[] weights = best.get().dependence().weights();
    out[seed.j()] = Arrays.copyOfRange(weights, 0, m);
    out[seed.i()] = Arrays.copyOfRange(weights, m, 2 * m);
    double sum = 0;
    for (double t : lengths(out)) {
      sum += t;
    }
    if (sum < 0) {
      out[seed.i()] = Symmetric.negative(out[seed.i()]);
      out[seed.j()] = Symmetric.negative(out[seed.j()]);
    }
    boolean[] tried = new boolean[out.length];
    for (int next = next(out, tried); next >= 0; next = next(out, tried)) {
      out[next] = row(next, lengths(out));
      tried[next] = true;
    }
    double change = 1;
    for (int round = 0; round < ROUNDS && change > SETTLED; round++) {
      double[] known = lengths(out);
      change = 0;
      for (int j = 0; j < out.length; j++) {
        if (out[j] != null) {
          double[] better = row(j, known);
          if (better == null) {
            continue; // what the round before made stands
          }
          change = Math.max(change, distance(out[j], better));
          out[j] = better;
        }
      }
    }
    return Optional.of(filled(out));
  }

  /** ‖x − y‖ / ‖y‖. */
  private static double distance(double[] x, double[] y) {
    double away = 0;
    double squares = 0;
    for (int a = 0; a < x.length; a++) {
      away += (x[a] - y[a]) * (x[a] - y[a]);
      squares += y[a] * y[a];
    }
    return squares > 0 ? Math.sqrt(away / squares) : 0;
  }

  /**
   * The map with the rows, and parts of rows, that too few pairs show, as far as the other pairs
   * tell: there they are below what was kept.
   *
   * @param map of {@link #direct} or {@link #scaled}
   * @param scales by which entries are ranked
   * @param kept entries, those above 0 only
   */
  double[][] completed(double[][] map, double[] scales, int kept) {
    double[][] known = map.clone();
    for (int j = 0; j < map.length; j++) {
      known[j] = Kernels.dot(map[j], 0, map[j], 0, m) > 0 ? map[j] : null;
    }
    double[] lengths = lengths(known);
    double[] least = leastKept(lengths, scales, kept);
    double[][] out = map.clone();
    for (int j = 0; j < map.length; j++) {
      double[] values = new double[n];
      double[] bounds = new double[n];
      boolean seen = false;
      for (int i = 0; i < n; i++) {
        boolean active = codes[j][i] != 0;
        values[i] = active && lengths[i] != 0 ? lengths[i] * codes[j][i] : Double.NaN;
        bounds[i] = active ? Double.POSITIVE_INFINITY : BELOW * scales[j] * least[i];
        seen |= !Double.isNaN(values[i]);
      }
      boolean open = known[j] == null || hasUnseenInput(j);
      out[j] = map[j];
      if (open && seen) {
        out[j] = SeldomKept.row(rows, m, values, bounds).orElse(map[j]);
      }
    }
    return out;
  }

  /** Whether an input attribute is 0 in all but a pair of those that show a row of the map. */
  private boolean hasUnseenInput(int j) {
    for (double[] u : inputs) {
      int shown = 0;
      boolean varies = false;
      for (int i = 0; i < n; i++) {
        shown += codes[j][i] != 0 && u[i] != 0 ? 1 : 0;
        varies |= u[i] != 0;
      }
      if (varies && shown < 2) {
        return true;
      }
    }
    return false;
  }

  /** The least entry kept of every pair, as it is ranked; 0 where all that are above 0 are kept. */
  private double[] leastKept(double[] lengths, double[] scales, int kept) {
    double[] out = new double[n];
    for (int i = 0; i < n; i++) {
      int active = 0;
      double least = Double.POSITIVE_INFINITY;
      for (int j = 0; j < codes.length; j++) {
        if (codes[j][i] != 0) {
          active++;
          least = Math.min(least, lengths[i] * codes[j][i] / scales[j]);
        }
      }
      out[i] = active < kept ? 0 : least;
    }
    return out;
  }

  private record Couple(Dependence.Partners partners, Dependence dependence) {}

  /**
   * The couple of attributes with the clearest dependence, if any is often enough kept together.
   */
  private Optional<Couple> couple() {
    Optional<Couple> best = Optional.empty();
    for (List<Dependence.Partners> couples : Dependence.partners(codes)) {
      best =
          Stream.concat(
                  best.stream(),
                  couples.stream()
                      .filter(both -> both.rows() >= Wiring.ROWS_PER_UNKNOWN * 2 * m)
                      .map(both -> new Couple(both, dependence(both))))
              .min(Comparator.comparingDouble(couple -> couple.dependence().ratio()));
      if (best.isPresent() && best.get().dependence().ratio() <= Dependence.EXACT) {
        break;
      }
    }
    return best;
  }

  private Dependence dependence(Dependence.Partners both) {
    List<double[]> some = independent.stream().map(inputs::get).toList();
    Dependence found = Dependence.of(codes[both.i()], codes[both.j()], some);
    double[] strengths = new double[2 * m];
    double[] weights = new double[2 * m];
    for (int k = 0; k < some.size(); k++) {
      for (int half = 0; half < 2; half++) {
        strengths[half * m + independent.get(k)] = found.strengths()[half * some.size() + k];
        weights[half * m + independent.get(k)] = found.weights()[half * some.size() + k];
      }
    }
    return new Dependence(found.ratio(), strengths, weights);
  }

  /** The same with 0 for rows that are not known. */
  private double[][] filled(double[][] known) {
    double[][] out = new double[known.length][];
    for (int j = 0; j < out.length; j++) {
      out[j] = known[j] == null ? new double[m] : known[j];
    }
    return out;
  }

  /** The one not known or tried that is most often kept beside a known one; -1 if too seldom. */
  private int next(double[][] known, boolean[] tried) {
    double[] length = lengths(known);
    int best = -1;
    int most = 0;
    for (int j = 0; j < known.length; j++) {
      int both = known[j] == null && !tried[j] ? Dependence.both(codes[j], length) : -1;
      if (both > most) {
        most = both;
        best = j;
      }
    }
    return most < least() ? -1 : best;
  }

  /** Pairs that a row takes. */
  private double least() {
    return Wiring.ROWS_PER_UNKNOWN * m;
  }

  /** 1 / g of every pair by the rows known; 0 where none of those is kept. */
  private double[] lengths(double[][] known) {
    double[] out = new double[n];
    for (int i = 0; i < n; i++) {
      double along = 0;
      double squares = 0;
      for (int j = 0; j < known.length; j++) {
        double x = codes[j][i];
        if (x != 0 && known[j] != null) {
          along += x * Kernels.dot(known[j], 0, rows, i * m, m);
          squares += x * x;
        }
      }
      out[i] = squares > 0 ? along / squares : 0;
    }
    return out;
  }

  private double[] row(int j, double[] lengths) {
    double[] x = codes[j];
    return fit(i -> x[i] != 0 && lengths[i] != 0, i -> x[i] * lengths[i]);
  }

  /**
   * Least squares of targets on u, over some of the pairs; null if they are too few, or do not tell
   * it.
   */
  private double[] fit(IntPredicate chosen, IntToDoubleFunction target) {
    List<Integer> pairs = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      if (chosen.test(i)) {
        pairs.add(i);
      }
    }
    if (pairs.size() < least()) {
      return null;
    }
    double[] system = new double[pairs.size() * (m + 1)];
    for (int k = 0; k < pairs.size(); k++) {
      System.arraycopy(rows, pairs.get(k) * m, system, k * (m + 1), m);
      system[k * (m + 1) + m] = target.applyAsDouble(pairs.get(k));
    }
    return DenseSystems.ifSolvable(() -> leastSquares(system, pairs.size(), m, RIDGE)).orElse(null);
  }

  /**
   * Least squares.
   *
   * @param system rows of m values and a target
   * @param ridge of the squares of a column: what pulls the solution to 0
   * @throws io.resketch.core.solve.UnsolvableException if the rows have no such solution
   */
  static double[] leastSquares(double[] system, int rows, int m, double ridge) {
    double[] gram = PairSpace.gram(system, rows, m + 1);
    double[] scale = new double[m];
    for (int a = 0; a < m; a++) {
      double squares = gram[a * (m + 1) + a];
      scale[a] = squares > 0 ? 1 / Math.sqrt(squares) : 0;
    }
    DMatrixRMaj left = new DMatrixRMaj(m, m);
    double[] right = new double[m];
    for (int a = 0; a < m; a++) {
      for (int b = 0; b < m; b++) {
        left.set(a, b, scale[a] * scale[b] * gram[a * (m + 1) + b]);
      }
      left.set(a, a, scale[a] == 0 ? 1 : 1 + ridge);
      right[a] = scale[a] * gram[a * (m + 1) + m];
    }
    double[] out =
        DenseSystems.positive(left, "least squares of " + rows + " rows of " + m).solve(right);
    for (int a = 0; a < m; a++) {
      out[a] *= scale[a];
    }
    return out;
  }
}
