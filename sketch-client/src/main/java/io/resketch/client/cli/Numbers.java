package io.resketch.client.cli;

import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Numbers as options take them: ASCII digits, for decimal numbers with a point and an exponent, and
 * nothing around them. The parsers of the JDK also take NaN, Infinity, 1f, 0x1p3, blanks and the
 * digits of other scripts.
 */
final class Numbers {
  private static final Pattern WHOLE = Pattern.compile("[+-]?[0-9]{1,19}");
  private static final Pattern DECIMAL =
      Pattern.compile("[+-]?(?:[0-9]+(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][+-]?[0-9]{1,9})?");

  private Numbers() {}

  /** Makes a command and all below it read numbers this way. */
  static void register(CommandLine commandLine) {
    ITypeConverter<Integer> integers = Numbers::integer;
    ITypeConverter<Long> longs = Numbers::whole;
    ITypeConverter<Double> doubles = Numbers::decimal;
    commandLine
        .registerConverter(Integer.class, integers)
        .registerConverter(int.class, integers)
        .registerConverter(Long.class, longs)
        .registerConverter(long.class, longs)
        .registerConverter(Double.class, doubles)
        .registerConverter(double.class, doubles);
  }

  static int integer(String text) {
    long value = whole(text);
    if (value != (int) value) {
      throw new TypeConversionException("'" + text + "' is out of range");
    }
    return (int) value;
  }

  static long whole(String text) {
    if (!WHOLE.matcher(text).matches()) {
      throw new TypeConversionException("'" + text + "' is not a whole number");
    }
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new TypeConversionException("'" + text + "' is out of range");
    }
  }

  static double decimal(String text) {
    if (!DECIMAL.matcher(text).matches()) {
      throw new TypeConversionException("'" + text + "' is not a number");
    }
    double value = Double.parseDouble(text);
    if (Double.isInfinite(value)) {
      throw new TypeConversionException("'" + text + "' is out of range");
    }
    return value;
  }
}
