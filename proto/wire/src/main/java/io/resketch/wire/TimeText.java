package io.resketch.wire;

import com.google.protobuf.Timestamp;
import io.resketch.core.InvalidInputException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.YearMonth;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.format.TextStyle;
import java.time.temporal.ChronoField;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The one reader of moments written as text: RFC 3339, such as {@code 2026-11-23T08:00:00Z} or
 * {@code 2026-11-23T09:00:00.5+01:00}. What no calendar or clock shows is refused, not moved to the
 * next day or minute: 30 February, hour 24, second 60, a time without a zone.
 */
public final class TimeText {
  private static final String REMEDY =
      "write it as 2026-11-23T08:00:00Z or 2026-11-23T09:00:00+01:00";

  private static final Pattern FORM =
      Pattern.compile(
          "(\\d{4})-(\\d{2})-(\\d{2})T(\\d{2}):(\\d{2}):(\\d{2})(?:\\.(\\d{1,9}))?"
              + "(Z|[+-](\\d{2}):(\\d{2}))");

  private static final Pattern WITHOUT_ZONE =
      Pattern.compile("[^T]*T\\d{2}:\\d{2}(:\\d{2}(\\.\\d+)?)?");

  private static final DateTimeFormatter FORMAT =
      new DateTimeFormatterBuilder()
          .appendValue(ChronoField.YEAR, 4)
          .appendPattern("-MM-dd'T'HH:mm:ss")
          .optionalStart()
          .appendFraction(ChronoField.NANO_OF_SECOND, 1, 9, true)
          .optionalEnd()
          .appendOffset("+HH:MM", "Z")
          .toFormatter(Locale.ROOT)
          .withResolverStyle(ResolverStyle.STRICT);

  /** The times that a Timestamp can hold. */
  private static final Instant FIRST = Instant.parse("0001-01-01T00:00:00Z");

  private static final Instant LIMIT = Instant.parse("+10000-01-01T00:00:00Z");

  private TimeText() {}

  /**
   * Reads a moment.
   *
   * @param field what it is, for the error
   * @throws InvalidInputException naming the field, the text, what is wrong with it and how to
   *     write it
   */
  public static Instant instant(String field, String text) {
    Matcher parts = FORM.matcher(text);
    if (!parts.matches()) {
      throw fault(
          field,
          text,
          WITHOUT_ZONE.matcher(text).matches()
              ? "has no zone; add Z for UTC, or an offset such as +01:00"
              : "is not a time; " + REMEDY);
    }
    checkDate(field, text, parts);
    checkClock(field, text, parts);
    Instant time;
    try {
      time = OffsetDateTime.parse(text, FORMAT).toInstant();
    } catch (DateTimeException e) {
      throw fault(field, text, "is not a time; " + REMEDY);
    }
    if (time.isBefore(FIRST) || !time.isBefore(LIMIT)) {
      throw fault(field, text, "is outside the years 1 to 9999 in UTC; give a time within them");
    }
    return time;
  }

  /** Likewise, as a message. */
  public static Timestamp timestamp(String field, String text) {
    return message(instant(field, text));
  }

  private static Timestamp message(Instant time) {
    return Timestamp.newBuilder()
        .setSeconds(time.getEpochSecond())
        .setNanos(time.getNano())
        .build();
  }

  private static void checkDate(String field, String text, Matcher parts) {
    int year = Integer.parseInt(parts.group(1));
    int month = Integer.parseInt(parts.group(2));
    int day = Integer.parseInt(parts.group(3));
    if (year == 0) {
      throw fault(field, text, "is of the year 0, which there is not; give a year 1 to 9999");
    }
    if (month < 1 || month > 12) {
      throw fault(field, text, "has the month " + month + ", of 1 to 12; correct the date");
    }
    int last = YearMonth.of(year, month).lengthOfMonth();
    if (day < 1 || day > last) {
      String name =
          LocalDate.of(year, month, 1).getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      throw fault(
          field,
          text,
          "is of a day that there is not: "
              + name
              + " "
              + year
              + " has the days 1 to "
              + last
              + "; correct the date");
    }
  }

  private static void checkClock(String field, String text, Matcher parts) {
    if (Integer.parseInt(parts.group(4)) > 23) {
      throw fault(
          field, text, "has an hour of 0 to 23 only; write midnight as 00:00:00 of the next day");
    }
    if (Integer.parseInt(parts.group(5)) > 59) {
      throw fault(field, text, "has a minute of 0 to 59 only; correct the time");
    }
    if (Integer.parseInt(parts.group(6)) > 59) {
      throw fault(
          field,
          text,
          "has a second of 0 to 59 only; write a leap second as second 59 or as the next minute");
    }
    if (parts.group(9) != null
        && (Integer.parseInt(parts.group(10)) > 59
            || Integer.parseInt(parts.group(9)) * 60 + Integer.parseInt(parts.group(10))
                > 18 * 60)) {
      throw fault(field, text, "has an offset of -18:00 to +18:00 only; correct the offset");
    }
  }

  private static InvalidInputException fault(String field, String text, String what) {
    String shown = text.length() > 60 ? text.substring(0, 60) + "…" : text;
    return new InvalidInputException(field, "\"" + shown + "\" " + what);
  }
}
