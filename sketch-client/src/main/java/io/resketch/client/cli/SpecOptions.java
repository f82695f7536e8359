package io.resketch.client.cli;

import io.resketch.core.InvalidInputException;
import io.resketch.core.spec.Family;
import io.resketch.core.spec.SketchSpec;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The parameters of the spec of sketches that are made. */
final class SpecOptions {
  /** Families by the names that options and files have for them. */
  enum FamilyName {
    BLOCK_SPARSE,
    HADAMARD,
    DENSE;

    /**
     * By its name, with a hyphen.
     *
     * @throws IllegalArgumentException if there is none, with what there is
     */
    static FamilyName of(String name) {
      return Arrays.stream(values())
          .filter(family -> family.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(name))
          .findFirst()
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      "'" + name + "' is not block-sparse, hadamard or dense"));
    }

    /**
     * With its parameters.
     *
     * @param blocksPerColumn of block-sparse
     */
    Family family(int blocksPerColumn) {
      return switch (this) {
        case BLOCK_SPARSE -> new Family.BlockSparse(blocksPerColumn);
        case HADAMARD -> new Family.Hadamard();
        case DENSE -> new Family.Dense();
      };
    }
  }

  @Option(
      names = "--family",
      paramLabel = "block-sparse|hadamard|dense",
      defaultValue = "block-sparse",
      converter = FamilyNameConverter.class,
      description = "What the operators are drawn from.")
  private FamilyName family;

  @Option(
      names = "--dimension",
      paramLabel = "FLOATS",
      defaultValue = "4096",
      description =
          "Length of a full sketch: a multiple of 16 times --blocks-per-column; for hadamard a"
              + " power of two, for dense a multiple of 16.")
  private int dimension;

  @Option(
      names = "--blocks-per-column",
      paramLabel = "N",
      description = "Non-zero blocks of a column of block-sparse. Default: 16.")
  private Optional<Integer> blocksPerColumn;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      converter = Unsigned.class,
      description = "Selects the operators; sketches of different seeds do not compare.")
  private long seed;

  @Option(
      names = "--transparency",
      paramLabel = "SHARE",
      defaultValue = "0.5",
      description =
          "How much of what lies below is seen whatever its position: a multiple of 1/64 from 0.25"
              + " to 0.9375. Default: ${DEFAULT-VALUE}.")
  private double transparency;

  /** The spec, or an error of use. */
  SketchSpec spec(ClientCommand command) {
    return spec(command, dimension, family, blocksPerColumn, seed, transparency);
  }

  /** A spec of its parameters, or an error of use. */
  static SketchSpec spec(
      ClientCommand command,
      int dimension,
      FamilyName family,
      Optional<Integer> blocksPerColumn,
      long seed,
      double transparency) {
    if (family != FamilyName.BLOCK_SPARSE && blocksPerColumn.isPresent()) {
      throw command.wrongUse("--blocks-per-column is of --family=block-sparse only; leave it out");
    }
    try {
      return new SketchSpec(
          dimension, family.family(blocksPerColumn.orElse(16)), seed, transparency);
    } catch (InvalidInputException e) {
      String option =
          e.field().equals("blocksPerColumn") ? "--blocks-per-column" : "--" + e.field();
      throw command.wrongUse(option + e.getMessage().substring(e.field().length()));
    }
  }

  /** Names with a hyphen, as options have them. */
  static final class FamilyNameConverter implements ITypeConverter<FamilyName> {
    @Override
    public FamilyName convert(String value) {
      try {
        return FamilyName.of(value.toLowerCase(Locale.ROOT).replace('_', '-'));
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  /** A seed is 64 bits without a sign. */
  static final class Unsigned implements ITypeConverter<Long> {
    private static final Pattern DIGITS = Pattern.compile("[0-9]{1,20}");

    @Override
    public Long convert(String value) {
      try {
        if (!DIGITS.matcher(value).matches()) {
          throw new NumberFormatException(value);
        }
        return Long.parseUnsignedLong(value);
      } catch (NumberFormatException e) {
        throw new TypeConversionException(
            "'" + value + "' is not a whole number from 0 to 18446744073709551615");
      }
    }
  }
}
