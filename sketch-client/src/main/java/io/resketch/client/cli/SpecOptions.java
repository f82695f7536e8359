package io.resketch.client.cli;

import io.resketch.core.InvalidInputException;
import io.resketch.core.spec.Family;
import io.resketch.core.spec.SketchSpec;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The parameters of a spec. */
final class SpecOptions {
  private enum FamilyName {
    BLOCK_SPARSE,
    HADAMARD,
    DENSE
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

  /** The spec, or an error of use. */
  SketchSpec spec(ClientCommand command) {
    if (family != FamilyName.BLOCK_SPARSE && blocksPerColumn.isPresent()) {
      throw command.wrongUse("--blocks-per-column is of --family=block-sparse only; leave it out");
    }
    try {
      Family drawn =
          switch (family) {
            case BLOCK_SPARSE -> new Family.BlockSparse(blocksPerColumn.orElse(16));
            case HADAMARD -> new Family.Hadamard();
            case DENSE -> new Family.Dense();
          };
      return new SketchSpec(dimension, drawn, seed);
    } catch (InvalidInputException e) {
      String option = e.field().equals("dimension") ? "--dimension" : "--blocks-per-column";
      throw command.wrongUse(option + e.getMessage().substring(e.field().length()));
    }
  }

  /** Names with a hyphen, as options have them. */
  static final class FamilyNameConverter implements ITypeConverter<FamilyName> {
    @Override
    public FamilyName convert(String value) {
      try {
        return FamilyName.valueOf(value.replace('-', '_').toUpperCase(Locale.ROOT));
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException("'" + value + "' is not block-sparse, hadamard or dense");
      }
    }
  }

  /** A seed is 64 bits without a sign. */
  static final class Unsigned implements ITypeConverter<Long> {
    @Override
    public Long convert(String value) {
      try {
        return Long.parseUnsignedLong(value);
      } catch (NumberFormatException e) {
        throw new TypeConversionException(
            "'" + value + "' is not a whole number from 0 to 18446744073709551615");
      }
    }
  }
}
