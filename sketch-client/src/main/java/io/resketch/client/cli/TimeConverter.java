package io.resketch.client.cli;

import io.resketch.core.InvalidInputException;
import io.resketch.wire.TimeText;
import java.time.Instant;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A moment, by the rules of {@link TimeText}. */
final class TimeConverter implements ITypeConverter<Instant> {
  @Override
  public Instant convert(String value) {
    try {
      return TimeText.instant("time", value);
    } catch (InvalidInputException e) {
      throw new TypeConversionException(e.getMessage().substring("time: ".length()));
    }
  }
}
