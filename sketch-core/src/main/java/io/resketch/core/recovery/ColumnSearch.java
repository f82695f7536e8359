package io.resketch.core.recovery;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;

/** Looks for columns with zero blocks in the span of the columns whose codes are not known. */
final class ColumnSearch {
  private static final int BLOCK = 16;
  private static final int ITERATIONS = 250;
  private static final double BLOCK_STEP = 0.4;
  private static final double ENTRY_STEP = 0.3;

  /** Dimensions of a span in which random starts end near columns with few zeros. */
  private static final int FEW_DIMS = 64;

  private final PairSpace space;
  private final DataParallel engine;
  private final double noise;
  private final SearchState state;

  ColumnSearch(PairSpace space, DataParallel engine, double noise, SearchState state) {
    this.space = space;
    this.engine = engine;
    this.noise = noise;
    this.state = state;
  }

  /**
   * One round of starts.
   *
   * @return whether another is worth it
   */
  boolean round(SplittableRandom random) {
    Basis basis = Spans.scaled(space.columnsLeftOf(state.codes));
    List<double[]> known = new ArrayList<>();
    for (double[] column : state.columns) {
      Spans.add(known, basis.coordinates(column));
    }
    double[][] quotient = Spans.complement(known, basis.dims());
    boolean byEntries = state.stalled && state.round % 2 == 1;
    List<Starts.End> ends = ends(basis, quotient, random, byEntries);
    if (!byEntries) {
      state.nearly = new ArrayList<>();
    }
    List<double[]> before = List.copyOf(known);
    boolean any = false;
    double noise = this.noise;
    for (Zeros.Found exact :
        engine.map(ends, end -> exactColumn(basis, end, before, noise).orElse(null))) {
      if (exact != null
          && state.found() < space.hidden()
          && Spans.addNew(known, exact.coordinates())) {
        state.columns.add(Symmetric.unit(basis.vector(exact.coordinates())));
        any = true;
      }
    }
    if (!any && state.stalled) {
      any = lattice(basis, ends, known);
    }
    state.columnsHaveZeros |= any;
    for (Starts.End end : ends) {
      double[] rest = Spans.subtract(Symmetric.unit(end.w().clone()), known);
      if (Kernels.dot(rest, 0, rest, 0, rest.length) > 0.25) {
        state.nearly.add(Symmetric.unit(basis.vector(end.w())));
      }
    }
    return any || (state.stalled && state.round == 0);
  }

  /** Adds the shortest column that is found by its multiples; others may have it in them. */
  private boolean lattice(Basis basis, List<Starts.End> ends, List<double[]> known) {
    if (basis.dims() > FEW_DIMS) {
      return false;
    }
    List<double[]> multiples = new ArrayList<>();
    state.columns.forEach(column -> Lattice.whole(column).ifPresent(multiples::add));
    List<double[]> outside = List.copyOf(known);
    Optional<LatticeSearch.Found> shortest =
        engine
            .map(
                ends,
                end ->
                    LatticeSearch.near(
                            basis,
                            Symmetric.unit(Spans.subtract(end.w().clone(), outside)),
                            multiples)
                        .orElse(null))
            .stream()
            .filter(Objects::nonNull)
            .min(Comparator.comparingDouble(LatticeSearch.Found::length));
    if (shortest.isEmpty() || !Spans.addNew(known, shortest.get().coordinates())) {
      return false;
    }
    state.columns.add(Symmetric.unit(basis.vector(shortest.get().coordinates())));
    return true;
  }

  private List<Starts.End> ends(
      Basis basis, double[][] quotient, SplittableRandom random, boolean byEntries) {
    List<double[]> starts = new ArrayList<>();
    int count = Math.min(Starts.MOST, 2 * quotient.length + 10);
    for (int s = 0; s < count; s++) {
      starts.add(Spans.gaussian(quotient, random));
    }
    return byEntries
        ? Starts.run(engine, basis, quotient, Prior.SIGNED, ENTRY_STEP, 1, starts, ITERATIONS, 0)
        : Starts.run(
            engine, basis, quotient, Prior.BLOCKS, BLOCK_STEP, BLOCK, starts, ITERATIONS, 0);
  }

  /** By zero blocks, or, of a column that has few, by zero entries. */
  private static Optional<Zeros.Found> exactColumn(
      Basis basis, Starts.End end, List<double[]> known, double noise) {
    Optional<Zeros.Found> blocks = Zeros.exact(basis, end.w(), BLOCK, noise);
    Optional<Zeros.Found> found = blocks.or(() -> Zeros.gradual(basis, end.w(), noise));
    if (found.isPresent() || basis.dims() > FEW_DIMS) {
      return found;
    }
    // Columns are nearly orthogonal: what is outside those known is nearer than what has least of
    // the penalty, where few values are 0.
    double[] outside = Symmetric.unit(Spans.subtract(end.w().clone(), known));
    return Zeros.gradualFromNear(basis, outside, noise)
        .or(() -> Zeros.gradualFromNear(basis, end.w(), noise));
  }
}
