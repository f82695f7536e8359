package io.resketch.client.cli;

import io.resketch.core.InvalidInputException;
import io.resketch.core.spec.SketchSpec;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The three parameters of a spec. */
final class SpecOptions {
  @Option(
      names = "--dimension",
      paramLabel = "FLOATS",
      defaultValue = "4096",
      description = "Length of a full sketch, a multiple of 16 times --blocks-per-column.")
  private int dimension;

  @Option(
      names = "--blocks-per-column",
      paramLabel = "N",
      defaultValue = "16",
      description = "Non-zero blocks of a column.")
  private int blocksPerColumn;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "0",
      converter = Unsigned.class,
      description = "Selects the operators; sketches of different seeds do not compare.")
  private long seed;

  /** The spec, or an error of use. */
  SketchSpec spec(ClientCommand command) {
    try {
      return new SketchSpec(dimension, blocksPerColumn, seed);
    } catch (InvalidInputException e) {
      String option = e.field().equals("dimension") ? "--dimension" : "--blocks-per-column";
      throw command.wrongUse(option + e.getMessage().substring(e.field().length()));
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
