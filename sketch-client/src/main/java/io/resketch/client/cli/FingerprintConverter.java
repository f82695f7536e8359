package io.resketch.client.cli;

import io.resketch.core.InvalidInputException;
import io.resketch.core.spec.Fingerprint;
import java.util.HexFormat;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A fingerprint in hexadecimal. */
final class FingerprintConverter implements ITypeConverter<Fingerprint> {
  @Override
  public Fingerprint convert(String value) {
    try {
      return Fingerprint.ofBytes(HexFormat.of().parseHex(value));
    } catch (InvalidInputException e) {
      throw new TypeConversionException("'" + value + "': " + e.getMessage());
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException("'" + value + "' is not 64 hexadecimal digits");
    }
  }
}
