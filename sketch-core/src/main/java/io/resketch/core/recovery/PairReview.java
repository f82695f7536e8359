package io.resketch.core.recovery;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * Which pairs are learned from. A pair that is no pair of the network, such as that of a run that
 * failed, has a direction of its own in the span of the codes, and so would pass for a hidden
 * column that no other is told from. A pair that is there twice would be learned from and held out.
 * Pairs are only set aside here; those that are left are as they came.
 */
final class PairReview {
  /** Of the median length: a longer row is of other units than the others. */
  private static final double LONGEST = 30;

  /** Of the pairs: more that are long are no outliers. */
  private static final double MOST_OUTLYING = 0.1;

  /** Of the pairs: where more are repeated, inputs take few values, and the runs are so. */
  private static final double MOST_REPEATED = 0.75;

  private final PairSample pairs;
  private final int p;
  private final int d;

  /** Of every pair: the pair that it repeats, else itself. */
  private final int[] first;

  private int repeatedAndKept;

  private final List<SetAside> setAside = new ArrayList<>();
  private int[] left;

  PairReview(PairSample pairs) {
    this.pairs = pairs;
    this.p = pairs.inputWidth();
    this.d = pairs.dimension();
    this.left = IntStream.range(0, pairs.rows()).toArray();
    this.first = left.clone();
    setAside("as a value is not finite", row -> !isFinite(row));
    setAside(
        "as the sketch is 0 everywhere, which that of a run is not",
        row -> isEqual(pairs.sketches(), row * d, d, 0));
    setAside(
        "as the sketch has one value everywhere, which that of a run has not",
        row -> d > 1 && isEqual(pairs.sketches(), row * d, d, pairs.sketches()[row * d]));
    repeated();
    outlying("sketch", row -> length(pairs.sketches(), row * d, d));
    outlying("vector of inputs", row -> length(pairs.inputs(), row * p, p));
  }

  /** The pairs that are left, as they came. */
  PairSample usable() {
    return pairs.rows(left);
  }

  /** Rows of the pairs that are left. */
  int[] rows() {
    return left.clone();
  }

  /** Pairs that repeat others and were kept, as nearly all do. */
  int repeatedAndKept() {
    return repeatedAndKept;
  }

  /** What was set aside, a reason each. */
  List<SetAside> setAside() {
    return List.copyOf(setAside);
  }

  /**
   * Sets some of the pairs that are left aside.
   *
   * @param chosen by row
   */
  void setAside(String reason, IntPredicate chosen) {
    int[] rows = Arrays.stream(left).filter(chosen).toArray();
    if (rows.length > 0) {
      left = Arrays.stream(left).filter(chosen.negate()).toArray();
      SetAside before =
          setAside.stream()
              .filter(some -> some.reason().equals(reason))
              .findFirst()
              .orElse(new SetAside(reason, 0, List.of()));
      setAside.remove(before);
      setAside.add(
          new SetAside(
              reason,
              before.count() + rows.length,
              IntStream.concat(before.rows().stream().mapToInt(row -> row), Arrays.stream(rows))
                  .sorted()
                  .limit(SetAside.NAMED)
                  .boxed()
                  .toList()));
    }
  }

  /** Where the codes of a pair are among those of the pairs left; -1 if it has none. */
  int[] places() {
    int[] out = new int[pairs.rows()];
    Arrays.fill(out, -1);
    for (int k = 0; k < left.length; k++) {
      out[left[k]] = k;
    }
    for (int row = 0; row < out.length; row++) {
      out[row] = out[first[row]];
    }
    return out;
  }

  private boolean isFinite(int row) {
    return IntStream.range(row * p, (row + 1) * p).allMatch(i -> Float.isFinite(pairs.inputs()[i]))
        && IntStream.range(row * d, (row + 1) * d)
            .allMatch(i -> Float.isFinite(pairs.sketches()[i]));
  }

  private static boolean isEqual(float[] values, int from, int count, float value) {
    return IntStream.range(from, from + count).allMatch(i -> values[i] == value);
  }

  private static double length(float[] values, int from, int count) {
    double squares = 0;
    for (int i = from; i < from + count; i++) {
      squares += (double) values[i] * values[i];
    }
    return Math.sqrt(squares);
  }

  private void repeated() {
    Map<Row, Integer> seen = new HashMap<>();
    for (int row : left) {
      Integer before = seen.putIfAbsent(new Row(pairs, row), row);
      first[row] = before == null ? row : before;
    }
    int count = (int) Arrays.stream(left).filter(row -> first[row] != row).count();
    if (count > MOST_REPEATED * left.length) {
      repeatedAndKept = count;
      Arrays.stream(left).forEach(row -> first[row] = row);
    }
    setAside("as another pair before has the same inputs and sketch", row -> first[row] != row);
  }

  private void outlying(String what, IntToDoubleFunction length) {
    double[] lengths = Arrays.stream(left).mapToDouble(length).sorted().toArray();
    if (lengths.length == 0) {
      return;
    }
    double most = LONGEST * lengths[lengths.length / 2];
    long longer = Arrays.stream(lengths).filter(one -> one > most).count();
    if (most > 0 && longer <= MOST_OUTLYING * lengths.length) {
      setAside(
          "as the "
              + what
              + " is more than "
              + (int) LONGEST
              + " times as long as the middle one, as of other units",
          row -> length.applyAsDouble(row) > most);
    }
  }

  /** The inputs and sketch of a pair, equal to another's by every bit. */
  private record Row(PairSample pairs, int row) {
    @Override
    public int hashCode() {
      int d = pairs.dimension();
      int out = 1;
      for (int i = row * d; i < (row + 1) * d; i++) {
        out = 31 * out + Float.floatToIntBits(pairs.sketches()[i]);
      }
      return out;
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof Row that
          && isSame(pairs.sketches(), pairs.dimension(), row, that.row)
          && isSame(pairs.inputs(), pairs.inputWidth(), row, that.row);
    }

    private static boolean isSame(float[] values, int width, int a, int b) {
      return Arrays.equals(values, a * width, (a + 1) * width, values, b * width, (b + 1) * width);
    }
  }
}
