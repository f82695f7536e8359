package io.resketch.core.recovery;

import java.util.List;

/**
 * Pairs that nothing was learned from, for one reason.
 *
 * @param reason why, in words
 * @param count of these pairs
 * @param rows of the first of them, at most {@link #NAMED}, rising; the first pair is row 0
 */
public record SetAside(String reason, int count, List<Integer> rows) {
  /** Rows that are named, at most. */
  public static final int NAMED = 20;

  /** Copies the rows. */
  public SetAside {
    rows = List.copyOf(rows);
  }

  /** As one line: how many, why and which. */
  @Override
  public String toString() {
    String named = String.join(", ", rows.stream().map(row -> Integer.toString(row)).toList());
    return count
        + (count == 1 ? " pair" : " pairs")
        + " set aside, "
        + reason
        + (count == 1 ? ": row " : ": rows ")
        + named
        + (count > rows.size() ? ", …" : "");
  }
}
