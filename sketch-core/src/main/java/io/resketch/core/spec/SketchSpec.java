package io.resketch.core.spec;

import io.resketch.core.InvalidInputException;
import java.nio.charset.StandardCharsets;

/**
 * Everything that fixes the map from computations to sketches: format version 1, family
 * BLOCK_SPARSE, blocks of 16 floats, and the three parameters below. Immutable.
 *
 * @param dimension d, floats of a full sketch: a multiple of 16·blocksPerColumn, at most 2^22
 * @param blocksPerColumn c, non-zero blocks of a column, 1 to 4,096; 16 suits most uses
 * @param seed selects the operators
 */
public record SketchSpec(int dimension, int blocksPerColumn, long seed) {
  /** Floats of a block. */
  public static final int BLOCK_SIZE = 16;

  public static final int MAX_DIMENSION = 1 << 22;
  public static final int MAX_BLOCKS_PER_COLUMN = 4096;
  private static final int FORMAT_VERSION = 1;

  /**
   * Checks the parameters.
   *
   * @throws InvalidInputException if a parameter is out of range
   */
  public SketchSpec {
    if (blocksPerColumn < 1 || blocksPerColumn > MAX_BLOCKS_PER_COLUMN) {
      throw new InvalidInputException(
          "blocksPerColumn",
          blocksPerColumn + " must be 1 to " + MAX_BLOCKS_PER_COLUMN + "; try 16");
    }
    int unit = BLOCK_SIZE * blocksPerColumn;
    if (dimension <= 0 || dimension > MAX_DIMENSION || dimension % unit != 0) {
      long nearest = Math.max(1, Math.round(dimension / (double) unit)) * unit;
      throw new InvalidInputException(
          "dimension",
          dimension
              + " must be a multiple of 16·blocksPerColumn="
              + unit
              + " and at most "
              + MAX_DIMENSION
              + "; try "
              + Math.min(nearest, MAX_DIMENSION / unit * (long) unit));
    }
  }

  /** Number of blocks of a full sketch, d/16. */
  public int blocks() {
    return dimension / BLOCK_SIZE;
  }

  /** Blocks of one stratum, d/(16·c): a column has one non-zero block in each stratum. */
  public int blocksPerStratum() {
    return blocks() / blocksPerColumn;
  }

  /** The text whose SHA-256 is the fingerprint. */
  public String canonicalForm() {
    return "resketch/"
        + FORMAT_VERSION
        + "\nfamily=BLOCK_SPARSE\nblock_size="
        + BLOCK_SIZE
        + "\ndimension="
        + dimension
        + "\nblocks_per_column="
        + blocksPerColumn
        + "\nseed="
        + Long.toUnsignedString(seed)
        + "\n";
  }

  public Fingerprint fingerprint() {
    return Fingerprint.of(canonicalForm().getBytes(StandardCharsets.UTF_8));
  }

  /**
   * Checks the length of a prefix of a sketch of this spec.
   *
   * @throws InvalidInputException unless it is a multiple of 16 from 16 to the dimension
   */
  public void checkPrefix(int prefixLength) {
    checkPrefix(prefixLength, dimension);
  }

  /** Checks that a prefix length is a multiple of 16 from 16 to {@code limit}. */
  public static void checkPrefix(int prefixLength, int limit) {
    if (prefixLength < BLOCK_SIZE || prefixLength > limit || prefixLength % BLOCK_SIZE != 0) {
      throw new InvalidInputException(
          "prefixLength",
          prefixLength + " must be a multiple of " + BLOCK_SIZE + " from 16 to " + limit);
    }
  }
}
