package io.resketch.core.spec;

import io.resketch.core.InvalidInputException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/**
 * Everything that fixes the map from computations to sketches: format version 1, the family of the
 * operators, and three parameters. Immutable.
 *
 * @param dimension d, floats of a full sketch: at most 2^22, a multiple of 16·blocksPerColumn
 *     (BLOCK_SPARSE), a power of two (HADAMARD), or a multiple of 16 up to 4,096 (DENSE)
 * @param family what the operators are drawn from
 * @param seed selects the operators
 * @param transparency τ of the tuple operators τ I + (1 − τ) R̂: a multiple of 1/64 from ¼ to
 *     15/16, ½ unless stated otherwise
 */
public record SketchSpec(int dimension, Family family, long seed, double transparency) {
  /** Prefixes are cut, and BLOCK_SPARSE columns made, of blocks of this many floats. */
  public static final int BLOCK_SIZE = 16;

  public static final int MAX_DIMENSION = 1 << 22;
  public static final double DEFAULT_TRANSPARENCY = 0.5;
  private static final double LEAST_TRANSPARENCY = 0.25;
  private static final double MOST_TRANSPARENCY = 0.9375;

  /** τ and 1 − τ in these units are exact in any arithmetic. */
  private static final int TRANSPARENCY_UNITS = 64;

  private static final int FORMAT_VERSION = 1;

  /**
   * Checks the parameters.
   *
   * @throws InvalidInputException if a parameter is out of range
   */
  public SketchSpec {
    family.check(dimension);
    double units = transparency * TRANSPARENCY_UNITS;
    if (!(transparency >= LEAST_TRANSPARENCY && transparency <= MOST_TRANSPARENCY)
        || units != Math.rint(units)) {
      double inRange = Math.min(Math.max(transparency, LEAST_TRANSPARENCY), MOST_TRANSPARENCY);
      double nearest = Math.rint(inRange * TRANSPARENCY_UNITS) / TRANSPARENCY_UNITS;
      throw new InvalidInputException(
          "transparency",
          transparency
              + " must be a multiple of 1/64 from 0.25 to 0.9375"
              + (Double.isNaN(nearest) ? "" : "; try " + nearest));
    }
  }

  /**
   * A spec of transparency ½.
   *
   * @throws InvalidInputException if a parameter is out of range
   */
  public SketchSpec(int dimension, Family family, long seed) {
    this(dimension, family, seed, DEFAULT_TRANSPARENCY);
  }

  /** The same with another transparency. */
  public SketchSpec withTransparency(double newTransparency) {
    return new SketchSpec(dimension, family, seed, newTransparency);
  }

  /**
   * A spec of the default family, BLOCK_SPARSE.
   *
   * @param blocksPerColumn c, non-zero blocks of a column, 1 to 4,096; 16 suits most uses
   * @throws InvalidInputException if a parameter is out of range
   */
  public SketchSpec(int dimension, int blocksPerColumn, long seed) {
    this(dimension, new Family.BlockSparse(blocksPerColumn), seed);
  }

  /** The text whose SHA-256 is the fingerprint. */
  public String canonicalForm() {
    String head = "resketch/" + FORMAT_VERSION + "\nfamily=" + family.label() + "\n";
    String tail = "seed=" + Long.toUnsignedString(seed) + "\n";
    if (transparency != DEFAULT_TRANSPARENCY) {
      tail += "transparency=" + transparency + "\n";
    }
    if (family instanceof Family.BlockSparse blockSparse) {
      return head
          + "block_size="
          + BLOCK_SIZE
          + "\ndimension="
          + dimension
          + "\nblocks_per_column="
          + blockSparse.blocksPerColumn()
          + "\n"
          + tail;
    }
    return head + "dimension=" + dimension + "\n" + tail;
  }

  /**
   * The spec of a canonical form.
   *
   * @throws InvalidInputException if a text is not one that {@link #canonicalForm()} makes
   */
  public static SketchSpec ofCanonicalForm(String text) {
    Map<String, String> fields = new HashMap<>();
    for (String line : text.lines().toList()) {
      int equals = line.indexOf('=');
      if (equals > 0) {
        fields.put(line.substring(0, equals), line.substring(equals + 1));
      }
    }
    try {
      Family family =
          switch (fields.getOrDefault("family", "")) {
            case "HADAMARD" -> new Family.Hadamard();
            case "DENSE" -> new Family.Dense();
            default ->
                new Family.BlockSparse(
                    Integer.parseInt(fields.getOrDefault("blocks_per_column", "")));
          };
      SketchSpec spec =
          new SketchSpec(
              Integer.parseInt(fields.getOrDefault("dimension", "")),
              family,
              Long.parseUnsignedLong(fields.getOrDefault("seed", "")),
              Double.parseDouble(fields.getOrDefault("transparency", "0.5")));
      if (spec.canonicalForm().equals(text)) {
        return spec;
      }
    } catch (NumberFormatException e) {
      // Falls through to the one answer for whatever is no canonical form.
    }
    throw new InvalidInputException("spec", "'" + text + "' is not the canonical form of a spec");
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
