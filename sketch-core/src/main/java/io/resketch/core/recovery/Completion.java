package io.resketch.core.recovery;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Codes of columns that are known without them. */
final class Completion {
  private static final int ITERATIONS = 250;

  /** Cosine of a code, but for known rows, with what least squares gives for its column. */
  private static final double SAME_CODE = 0.98;

  private final PairSpace space;
  private final DataParallel engine;
  private final CodeTest test;
  private final SearchState state;

  Completion(PairSpace space, DataParallel engine, CodeTest test, SearchState state) {
    this.space = space;
    this.engine = engine;
    this.test = test;
    this.state = state;
  }

  /** Unit columns that were found only nearly, at most as many as are missing. */
  List<double[]> nearly() {
    List<double[]> known = Spans.basis(state.columns);
    List<double[]> out = new ArrayList<>();
    // Where no column has zeros, the ends of searches for them are near none.
    for (double[] column : state.columnsHaveZeros ? state.nearly : List.<double[]>of()) {
      if (state.found() + out.size() < space.hidden() && Spans.addNew(known, column)) {
        out.add(column);
      }
    }
    return out;
  }

  /**
   * The codes of the columns that are known without them. Least squares on all columns gives each
   * code but for a combination of known rows; its zeros tell which.
   */
  void run() {
    if (state.columns.isEmpty()) {
      return;
    }
    double[][] open = space.leftOf(state.codes);
    List<double[]> all = new ArrayList<>(state.columns);
    all.addAll(nearly());
    double[][] duals = Spans.duals(all);
    int k = space.known();
    List<double[]> starts = new ArrayList<>();
    for (int c = 0; c < state.columns.size(); c++) {
      double[] code = space.hiddenPart(space.codeOf(duals[c]));
      double[] start = new double[k + space.hidden()];
      for (double[] direction : open) {
        double along = Kernels.dot(code, 0, direction, 0, code.length);
        for (int b = 0; b < space.hidden(); b++) {
          start[k + b] += along * direction[b];
        }
      }
      starts.add(start);
    }
    List<double[]> known = space.knownAxes(k + space.hidden());
    state.codes.forEach(code -> Spans.add(known, code));
    double[][] quotient = Spans.complement(known, k + space.hidden());
    Basis basis = space.codes();
    starts.replaceAll(Symmetric::unit);
    List<double[]> signed = CodeSearch.signs(basis, starts);
    complete(basis, quotient, known, signed);
    if (!state.columns.isEmpty()) {
      signed.replaceAll(Symmetric::negative);
      complete(basis, quotient, known, signed);
    }
  }

  /**
   * Moves columns to the codes whose codes are found.
   *
   * @param starts of unit length, outside what is known; those of columns found are removed
   */
  private void complete(
      Basis basis, double[][] quotient, List<double[]> known, List<double[]> starts) {
    List<Starts.End> ends = codes(basis, quotient, starts, ITERATIONS);
    List<Zeros.Found> exact =
        exact(basis, ends).stream()
            .sorted(Comparator.comparingDouble(found -> -found.share()))
            .toList();
    List<double[]> seen = Spans.basis(state.codes.stream().map(space::hiddenPart).toList());
    for (int c = state.columns.size() - 1; c >= 0; c--) {
      for (Zeros.Found found : exact) {
        // The start is outside the known rows but for rounding; a code of this column ends there.
        double[] part = Symmetric.unit(Spans.subtract(found.coordinates().clone(), known));
        if (Math.abs(Kernels.dot(part, 0, starts.get(c), 0, part.length)) > SAME_CODE
            && Spans.addNew(seen, space.hiddenPart(found.coordinates()))) {
          state.codes.add(found.coordinates());
          state.columns.remove(c);
          starts.remove(c);
          break;
        }
      }
    }
  }

  /** The codes at ends. */
  private List<Zeros.Found> exact(Basis basis, List<Starts.End> ends) {
    double noise = test.noise();
    return engine.map(ends, end -> Zeros.exact(basis, end.w(), 1, noise).orElse(null)).stream()
        .filter(found -> test.accepted(basis, Optional.ofNullable(found)))
        .toList();
  }

  private List<Starts.End> codes(
      Basis basis, double[][] quotient, List<double[]> starts, int held) {
    return Starts.run(
        engine, basis, quotient, test.prior(), CodeSearch.STEP, 1, starts, ITERATIONS, held);
  }
}
