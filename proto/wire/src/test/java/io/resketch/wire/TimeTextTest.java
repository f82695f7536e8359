package io.resketch.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resketch.core.InvalidInputException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class TimeTextTest {
  @ParameterizedTest
  @CsvSource({
    "2026-11-23T08:00:00Z, 2026-11-23T08:00:00Z",
    "2024-02-29T23:59:59Z, 2024-02-29T23:59:59Z",
    "2000-02-29T00:00:00Z, 2000-02-29T00:00:00Z",
    "2026-11-23T08:00:00.5Z, 2026-11-23T08:00:00.500Z",
    "2026-11-23T08:00:00.123456789Z, 2026-11-23T08:00:00.123456789Z",
    "2026-11-23T08:00:00+05:30, 2026-11-23T02:30:00Z",
    "2026-11-23T08:00:00-00:00, 2026-11-23T08:00:00Z",
    "2026-11-23T08:00:00-03:30, 2026-11-23T11:30:00Z",
    "2026-11-23T08:00:00+18:00, 2026-11-22T14:00:00Z",
    "0001-01-01T00:00:00Z, 0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59.999999999Z, 9999-12-31T23:59:59.999999999Z",
  })
  void time_isRead(String text, Instant time) {
    assertThat(TimeText.instant("time", text)).isEqualTo(time);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      textBlock =
          """
          2026-02-30T12:00:00Z | February 2026 has the days 1 to 28; correct the date
          2025-02-29T12:00:00Z | February 2025 has the days 1 to 28
          1900-02-29T12:00:00Z | February 1900 has the days 1 to 28
          2024-02-30T12:00:00Z | February 2024 has the days 1 to 29
          2026-04-31T12:00:00Z | April 2026 has the days 1 to 30
          2026-04-00T12:00:00Z | April 2026 has the days 1 to 30
          2026-13-01T12:00:00Z | has the month 13, of 1 to 12
          2026-00-01T12:00:00Z | has the month 0, of 1 to 12
          0000-01-01T12:00:00Z | is of the year 0, which there is not
          0001-01-01T00:00:00+01:00 | is outside the years 1 to 9999
          9999-12-31T23:59:59-01:00 | is outside the years 1 to 9999
          10000-01-01T00:00:00Z | is not a time; write it as 2026-11-23T08:00:00Z
          -2026-01-01T00:00:00Z | is not a time
          2026-01-01T24:00:00Z | has an hour of 0 to 23 only; write midnight as
          2026-01-01T25:00:00Z | has an hour of 0 to 23 only
          2026-01-01T23:60:00Z | has a minute of 0 to 59 only
          2026-12-31T23:59:60Z | has a second of 0 to 59 only; write a leap second
          2026-01-01T12:00:00 | has no zone; add Z for UTC
          2026-01-01T12:00 | has no zone; add Z for UTC
          2026-01-01T12:00:00+25:00 | has an offset of -18:00 to +18:00 only
          2026-01-01T12:00:00+18:01 | has an offset of -18:00 to +18:00 only
          2026-01-01T12:00:00+01:60 | has an offset of -18:00 to +18:00 only
          2026-01-01T12:00:00+0100 | is not a time
          2026-01-01T12:00:00.1234567890Z | is not a time
          2026-01-01T12:00:00.Z | is not a time
          2026-01-01T12:00Z | is not a time
          2026-01-01 | is not a time
          2026-01-01 12:00:00Z | is not a time
          2026-1-1T12:00:00Z | is not a time
          ２０２６-01-01T12:00:00Z | is not a time
          1767225600 | is not a time
          2026-01-01T12:00:00Europe/Berlin | is not a time
          """)
  void whatNoClockShows_isRefused(String text, String message) {
    assertThatThrownBy(() -> TimeText.instant("time", text))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("time: \"" + text + "\" ")
        .hasMessageContaining(message);
  }

  @Test
  void everyDay_isReadWhereItExists_andOnlyThere() {
    Random random = new Random(20261130);
    for (int i = 0; i < 20_000; i++) {
      int year = 1 + random.nextInt(9999);
      int month = 1 + random.nextInt(12);
      int day = 1 + random.nextInt(31);
      String text = String.format("%04d-%02d-%02dT00:00:00Z", year, month, day);
      boolean exists = day <= LocalDate.of(year, month, 1).lengthOfMonth();
      if (exists) {
        assertThat(TimeText.timestamp("time", text).getSeconds())
            .isEqualTo(LocalDate.of(year, month, day).toEpochDay() * 86_400);
      } else {
        assertThatThrownBy(() -> TimeText.timestamp("time", text))
            .isInstanceOf(InvalidInputException.class);
      }
    }
  }
}
