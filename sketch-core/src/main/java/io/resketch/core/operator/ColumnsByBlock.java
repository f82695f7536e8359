package io.resketch.core.operator;

import static io.resketch.core.spec.SketchSpec.BLOCK_SIZE;

/**
 * The columns of a module filed by block, each block's in rising order: dense attributes add up
 * block by block in registers, in the same order as column by column. Immutable.
 *
 * @param ends where the entries of block t end, those of block t + 1 begin; the first begin at 0
 * @param columns which column an entry is of
 * @param masks bit l is set where lane l is negative
 */
record ColumnsByBlock(int[] ends, char[] columns, char[] masks) {
  /** Takes up the entries of columns one after the other. */
  static final class Builder {
    private final int[] starts;
    private final char[] columns;
    private final char[] masks;
    private final int[] counts;
    private int size;

    Builder(int entries, int blocks) {
      this.starts = new int[entries];
      this.columns = new char[entries];
      this.masks = new char[entries];
      this.counts = new int[blocks];
    }

    /** Adds an entry; columns come in rising order. */
    void add(int column, int start, char mask) {
      starts[size] = start / BLOCK_SIZE;
      columns[size] = (char) column;
      masks[size] = mask;
      counts[starts[size]]++;
      size++;
    }

    ColumnsByBlock build() {
      int[] next = new int[counts.length];
      for (int t = 1; t < counts.length; t++) {
        next[t] = next[t - 1] + counts[t - 1];
      }
      char[] filedColumns = new char[size];
      char[] filedMasks = new char[size];
      for (int k = 0; k < size; k++) {
        int at = next[starts[k]]++;
        filedColumns[at] = columns[k];
        filedMasks[at] = masks[k];
      }
      return new ColumnsByBlock(next, filedColumns, filedMasks);
    }
  }
}
