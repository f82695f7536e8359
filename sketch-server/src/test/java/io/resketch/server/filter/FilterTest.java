package io.resketch.server.filter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.util.Timestamps;
import io.resketch.core.InvalidInputException;
import io.resketch.v1.SketchRecord;
import java.text.ParseException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class FilterTest {
  private static final SketchRecord RECORD =
      SketchRecord.newBuilder()
          .putLabels("camera", "door")
          .putLabels("my key", "it's")
          .setTime(time("2026-11-23T08:00:00Z"))
          .build();

  private static com.google.protobuf.Timestamp time(String text) {
    try {
      return Timestamps.parse(text);
    } catch (ParseException e) {
      throw new IllegalArgumentException(e);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "label.camera = \"door\" | true",
        "label.camera = door | true",
        "label.camera = 'attic' | false",
        "label.camera != attic | true",
        "label.none != attic | true",
        "label.none = attic | false",
        "label.camera:* | true",
        "label.none:* | false",
        "label.\"my key\" = \"it's\" | true",
        "label.camera > d AND label.camera < e | true",
        "id = run-7 | true",
        "id >= run-8 | false",
        "time >= \"2026-11-23T08:00:00Z\" | true",
        "time > 2026-11-23T08:00:00Z | false",
        "time = 2026-11-23T09:00:00+01:00 | true",
        "time < 2026-11-23T08:00:00.000000001Z | true",
        "NOT label.camera = door | false",
        "id = x OR label.camera = door AND id = run-7 | true",
        "(id = x OR label.camera = door) AND id = y | false",
        "NOT (id = x OR id = y) | true",
      })
  void comparisonsAndConnectives(String filter, boolean passes) {
    assertThat(Filter.parse(filter).test("run-7", RECORD)).isEqualTo(passes);
  }

  @Test
  void aRunWithoutATime_isInNoOrderWithAny() {
    SketchRecord none = RECORD.toBuilder().clearTime().build();
    assertThat(Filter.parse("time < 2030-01-01T00:00:00Z").test("a", none)).isFalse();
    assertThat(Filter.parse("time != 2030-01-01T00:00:00Z").test("a", none)).isTrue();
  }

  @Test
  void boundsOfTime_areKnownWhereAllMustHold() {
    Filter filter =
        Filter.parse(
            "label.a = b AND time >= 2026-01-01T00:00:00Z AND time < 2026-02-01T00:00:00Z"
                + " AND time >= 2026-01-02T00:00:00Z");
    assertThat(filter.start()).isEqualTo(time("2026-01-02T00:00:00Z"));
    assertThat(filter.end()).isEqualTo(time("2026-02-01T00:00:00Z"));
    Filter either = Filter.parse("label.a = b OR time >= 2026-01-01T00:00:00Z");
    assertThat(either.start()).isNull();
    Filter upTo = Filter.parse("time <= 2026-01-01T00:00:00.999999999Z");
    assertThat(upTo.end()).isEqualTo(time("2026-01-01T00:00:01Z"));
    assertThat(Filter.parse("time <= 9999-12-31T23:59:59.999999999Z").end()).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "color = red | 1: expected id, time, label.KEY, NOT or '(', found 'color'",
        "id run | 4: expected an operator: =, !=, <, <=, > or >=, found 'run'",
        "id = | 5: expected an id, in quotes if it has blanks or signs, found the end",
        "id = a b | 8: expected AND, OR or the end, found 'b'",
        "(id = a | 8: expected AND, OR or ')', found the end",
        "time > soon | 8: \"soon\" is not a time",
        "time > 2026-02-30T00:00:00Z | 8: \"2026-02-30T00:00:00Z\" is of a day that there is not",
        "time < '2025-02-29T00:00:00Z' | February 2025 has the days 1 to 28",
        "id = a OR time >= 2026-01-01T24:00:00Z | 19: \"2026-01-01T24:00:00Z\" has an hour of",
        "time = 2026-12-31T23:59:60Z | has a second of 0 to 59 only",
        "time = 2026-12-31T23:59:59 | has no zone; add Z for UTC",
        "label. = x | 8: expected the key of a label",
        "label.a : b | 11: expected '*'",
        "id = \"a | 6: a string that does not end",
        "id = AND | 6: expected an id",
        "id == a | 5: expected an id",
        "id = a AND | 11: expected id, time",
      })
  void whatIsNotAFilter_isToldWithItsPlace(String filter, String message) {
    assertThatThrownBy(() -> Filter.parse(filter))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("filter: at character ")
        .hasMessageContaining(message);
  }

  @Test
  void tooLongOrTooDeep_isRefused() {
    assertThatThrownBy(() -> Filter.parse("id = " + "a".repeat(5000)))
        .hasMessageContaining("at most 4096");
    assertThatThrownBy(() -> Filter.parse("(".repeat(100) + "id = a" + ")".repeat(100)))
        .hasMessageContaining("nests deeper than 32");
    assertThatThrownBy(() -> Filter.parse("NOT ".repeat(500) + "id = a"))
        .hasMessageContaining("nests deeper than 32");
  }
}
