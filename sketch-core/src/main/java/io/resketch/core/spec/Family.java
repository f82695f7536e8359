package io.resketch.core.spec;

import io.resketch.core.InvalidInputException;

/**
 * The distribution that the random operators of a spec are drawn from. Every family has the two
 * properties that [GPW19], section 3, asks for: its operators nearly preserve norms, and
 * independent ones send any vectors to nearly orthogonal places.
 */
public sealed interface Family {
  /** The default: stratified block-sparse sign columns and block-signed permutations. */
  record BlockSparse(int blocksPerColumn) implements Family {
    public static final int MAX_BLOCKS_PER_COLUMN = 4096;

    /**
     * Checks the parameter.
     *
     * @param blocksPerColumn c, non-zero blocks of a column, 1 to 4,096; 16 suits most uses
     */
    public BlockSparse {
      if (blocksPerColumn < 1 || blocksPerColumn > MAX_BLOCKS_PER_COLUMN) {
        throw new InvalidInputException(
            "blocksPerColumn",
            blocksPerColumn + " must be 1 to " + MAX_BLOCKS_PER_COLUMN + "; try 16");
      }
    }

    @Override
    public String label() {
      return "BLOCK_SPARSE";
    }

    @Override
    public void check(int dimension) {
      int unit = SketchSpec.BLOCK_SIZE * blocksPerColumn;
      if (dimension <= 0 || dimension > SketchSpec.MAX_DIMENSION || dimension % unit != 0) {
        long nearest = Math.max(1, Math.round(dimension / (double) unit)) * unit;
        throw new InvalidInputException(
            "dimension",
            dimension
                + " must be a multiple of 16·blocksPerColumn="
                + unit
                + " and at most "
                + SketchSpec.MAX_DIMENSION
                + "; try "
                + Math.min(nearest, SketchSpec.MAX_DIMENSION / unit * (long) unit));
      }
    }
  }

  /**
   * Two rounds of random sign flips and Walsh–Hadamard transforms: dense orthogonal operators in
   * O(d log d), for comparison. Modules have at most d attributes.
   */
  record Hadamard() implements Family {
    @Override
    public String label() {
      return "HADAMARD";
    }

    @Override
    public void check(int dimension) {
      if (dimension < SketchSpec.BLOCK_SIZE
          || dimension > SketchSpec.MAX_DIMENSION
          || Integer.bitCount(dimension) != 1) {
        long atLeast = Math.max(SketchSpec.BLOCK_SIZE, dimension);
        long nearest = Long.highestOneBit(atLeast - 1) << 1;
        throw new InvalidInputException(
            "dimension",
            dimension
                + " must be a power of two from 16 to "
                + SketchSpec.MAX_DIMENSION
                + " for HADAMARD; try "
                + Math.min(Math.max(SketchSpec.BLOCK_SIZE, nearest), SketchSpec.MAX_DIMENSION));
      }
    }
  }

  /**
   * Random orthonormal matrices by QR of Gaussian ones: the method as written, for small
   * experiments. Drawing one costs O(d³), applying it O(d²); modules have at most d attributes.
   */
  record Dense() implements Family {
    public static final int MAX_DIMENSION = 4096;

    @Override
    public String label() {
      return "DENSE";
    }

    @Override
    public void check(int dimension) {
      if (dimension < SketchSpec.BLOCK_SIZE
          || dimension > MAX_DIMENSION
          || dimension % SketchSpec.BLOCK_SIZE != 0) {
        int atLeast = Math.max(1, Math.min(dimension, MAX_DIMENSION));
        int unit = SketchSpec.BLOCK_SIZE;
        throw new InvalidInputException(
            "dimension",
            dimension
                + " must be a multiple of 16 from 16 to "
                + MAX_DIMENSION
                + " for DENSE; try "
                + (atLeast + unit - 1) / unit * unit);
      }
    }
  }

  /** Name of the family in specs, files and on the wire. */
  String label();

  /**
   * Checks the length of a full sketch.
   *
   * @throws InvalidInputException if this family has no operators of that dimension
   */
  void check(int dimension);
}
