package io.resketch.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import io.resketch.core.stats.ModuleCount;
import io.resketch.core.stats.ModuleProfile;
import io.resketch.server.query.Estimators;
import io.resketch.v1.AggregateStatisticsRequest;
import io.resketch.v1.AggregateStatisticsRequest.CalendarUnit;
import io.resketch.v1.AggregateStatisticsRequest.Cycle;
import io.resketch.v1.FinishedSketch;
import io.resketch.v1.StatisticsBucket;
import io.resketch.v1.TimeRange;
import io.resketch.wire.Graphs;
import io.resketch.wire.Sketches;
import java.io.IOException;
import java.nio.file.Path;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers in time zones are those of counting every stored sketch by what clocks showed. */
final class TimeZoneTest {
  private static final SketchSpec SPEC = new SketchSpec(512, 16, 7);
  private static final int RUNS = 500;

  /** Around these moments clocks are put forward or back, in one zone or another. */
  private static final List<Instant> JUMPS =
      List.of(
          Instant.parse("2026-03-08T05:30:00Z"), // America/St_Johns, forward
          Instant.parse("2026-03-29T01:00:00Z"), // Europe/Berlin, forward
          Instant.parse("2026-04-04T15:00:00Z"), // Australia/Lord_Howe, back by half an hour
          Instant.parse("2026-10-03T15:30:00Z"), // Australia/Lord_Howe, forward by half an hour
          Instant.parse("2026-10-25T01:00:00Z"), // Europe/Berlin, back
          Instant.parse("2026-11-01T04:30:00Z")); // America/St_Johns, back

  @TempDir private static Path directory;
  private static TestServer server;
  private static final List<Run> PUTS = new ArrayList<>();
  private static int stored;

  /** A run, and how often each of two modules is counted in its sketch alone. */
  private record Run(Instant time, double[] counts) {}

  private record Prepared(Sketch sketch, io.resketch.v1.Skeleton skeleton, double[] counts) {}

  @BeforeAll
  static void fill() throws IOException {
    server = new TestServer(directory);
    server.create("rooms", SPEC);
    Random random = new Random(20261130);
    List<Prepared> prepared = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      var run = Runs.scene(random, 1 + random.nextInt(3), random.nextInt(3));
      Sketch one = new Sketcher(SPEC).sketch(run);
      // Of two runs: counts of sums are a linear function of the sketches, those of runs are not.
      Sketch sketch = Sketch.weightedSum(List.of(one, one), new double[] {1, 1});
      prepared.add(new Prepared(sketch, Graphs.skeleton(run.skeleton()), counts(sketch)));
    }
    put(prepared, random, RUNS);
  }

  private static void put(List<Prepared> prepared, Random random, int runs) {
    Instant start = Instant.parse("2025-12-28T00:00:00Z");
    for (int i = 0; i < runs; i++) {
      long seconds =
          i % 4 == 0
              ? start.getEpochSecond() + random.nextInt(380 * 86_400)
              : JUMPS.get(random.nextInt(JUMPS.size())).getEpochSecond()
                  + random.nextInt(60 * 3600)
                  - 30 * 3600;
      // Many at whole quarters of an hour, where buckets begin.
      Instant time = Instant.ofEpochSecond(i % 3 == 0 ? seconds / 900 * 900 : seconds);
      Prepared run = prepared.get(random.nextInt(prepared.size()));
      PUTS.add(new Run(time, run.counts));
      server.put(
          "rooms",
          FinishedSketch.newBuilder()
              .setId("run-" + stored++)
              .setTime(Timestamp.newBuilder().setSeconds(time.getEpochSecond()))
              .setSketch(Sketches.sketch(run.sketch))
              .setSkeleton(run.skeleton)
              .build());
    }
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  private static double[] counts(Sketch sketch) {
    List<ModuleProfile> kinds =
        List.of(
            new ModuleProfile("kind-0", Runs.ATTRIBUTES, true, false, false),
            new ModuleProfile("kind-1", Runs.ATTRIBUTES, true, false, false));
    Estimators estimators = new Estimators();
    return estimators
        .estimator(estimators.operators(SPEC), kinds, sketch.prefixLength())
        .estimate(sketch)
        .stream()
        .mapToDouble(ModuleCount::count)
        .toArray();
  }

  private static AggregateStatisticsRequest.Builder request(String zone) {
    return AggregateStatisticsRequest.newBuilder().setParent("collections/rooms").setTimeZone(zone);
  }

  private static List<StatisticsBucket> ask(AggregateStatisticsRequest.Builder request) {
    return server.repository().aggregateStatistics(request.build()).getBucketsList();
  }

  private static Duration minutes(long minutes) {
    return Duration.newBuilder().setSeconds(60 * minutes).build();
  }

  private static String group(StatisticsBucket bucket) {
    return switch (bucket.getGroupCase()) {
      case HOUR_OF_DAY -> "hour " + bucket.getHourOfDay();
      case DAY_OF_WEEK -> "day " + bucket.getDayOfWeek();
      case LABEL_VALUE, GROUP_NOT_SET ->
          Instant.ofEpochSecond(bucket.getStart().getSeconds()).toString();
    };
  }

  /**
   * Compares an answer with what every run by itself adds to the group that it must be in.
   *
   * @return the buckets
   */
  private static List<StatisticsBucket> holds(
      AggregateStatisticsRequest.Builder request, Function<Instant, String> group) {
    TimeRange range = request.getRange();
    Map<String, List<Run>> expected = new TreeMap<>();
    for (Run run : PUTS) {
      long second = run.time.getEpochSecond();
      if ((!range.hasStart() || second >= range.getStart().getSeconds())
          && (!range.hasEnd() || second < range.getEnd().getSeconds())) {
        expected.computeIfAbsent(group.apply(run.time), g -> new ArrayList<>()).add(run);
      }
    }
    List<StatisticsBucket> buckets = ask(request);
    assertThat(buckets)
        .extracting(TimeZoneTest::group)
        .containsExactlyInAnyOrderElementsOf(expected.keySet());
    for (StatisticsBucket bucket : buckets) {
      List<Run> runs = expected.get(group(bucket));
      assertThat(bucket.getSketches()).as(group(bucket)).isEqualTo(runs.size());
      for (int m = 0; m < 2; m++) {
        int module = m;
        assertThat(bucket.getEstimates(m).getCount())
            .as(group(bucket))
            .isCloseTo(
                runs.stream().mapToDouble(run -> run.counts[module]).sum(),
                within(1e-4 * runs.size()));
      }
    }
    return buckets;
  }

  /** Looks back minute by minute for what starts a bucket. */
  private static Instant clockStart(Instant time, ZoneId zone, int length) {
    Instant at = Instant.ofEpochSecond(Math.floorDiv(time.getEpochSecond(), 60) * 60);
    while (true) {
      int shown = minuteOfDay(at, zone);
      if (shown % length == 0) {
        return at;
      }
      int before = minuteOfDay(at.minusSeconds(60), zone);
      for (int skipped = before + 1; skipped < shown; skipped++) {
        if (skipped % length == 0) {
          return at;
        }
      }
      at = at.minusSeconds(60);
    }
  }

  private static int minuteOfDay(Instant time, ZoneId zone) {
    ZonedDateTime shown = time.atZone(zone);
    return 60 * shown.getHour() + shown.getMinute();
  }

  private static String start(LocalDate date, ZoneId zone) {
    return date.atStartOfDay(zone).toInstant().toString();
  }

  private static TimeRange range(String start, String end) {
    return TimeRange.newBuilder()
        .setStart(Timestamp.newBuilder().setSeconds(Instant.parse(start).getEpochSecond()))
        .setEnd(Timestamp.newBuilder().setSeconds(Instant.parse(end).getEpochSecond()))
        .build();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Europe/Berlin",
        "Asia/Kolkata",
        "Australia/Lord_Howe",
        "America/St_Johns",
        "Asia/Kathmandu",
        "Pacific/Kiritimati",
        "America/New_York",
        "UTC"
      })
  void everyGrouping_isTheSumOfTheRunsByTheirClocks(String id) {
    ZoneId zone = ZoneId.of(id);
    for (TimeRange range :
        List.of(
            TimeRange.getDefaultInstance(),
            range("2026-01-31T11:17:03Z", "2026-11-02T03:44:59Z"))) {
      AggregateStatisticsRequest.Builder request = request(id).setRange(range);
      holds(
          request.clone().setCycle(Cycle.CYCLE_HOUR_OF_DAY),
          time -> "hour " + time.atZone(zone).getHour());
      holds(
          request.clone().setCycle(Cycle.CYCLE_DAY_OF_WEEK),
          time -> "day " + time.atZone(zone).getDayOfWeek().getValue());
      Instant first =
          range.hasStart() ? Instant.ofEpochSecond(range.getStart().getSeconds()) : Instant.MIN;
      for (int length : new int[] {15, 60, 120, 360, 720}) {
        holds(
            request.clone().setBucket(minutes(length)),
            time -> later(first, clockStart(time, zone, length).toString()));
      }
      holds(
          request.clone().setBucket(minutes(3 * 1440)),
          time -> {
            long day = time.atZone(zone).toLocalDate().toEpochDay();
            return later(first, start(LocalDate.ofEpochDay(Math.floorDiv(day, 3L) * 3), zone));
          });
      Map<CalendarUnit, Function<LocalDate, LocalDate>> units =
          Map.of(
              CalendarUnit.CALENDAR_UNIT_DAY,
              date -> date,
              CalendarUnit.CALENDAR_UNIT_WEEK,
              date -> date.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY)),
              CalendarUnit.CALENDAR_UNIT_MONTH,
              date -> date.withDayOfMonth(1),
              CalendarUnit.CALENDAR_UNIT_YEAR,
              date -> date.withDayOfYear(1));
      units.forEach(
          (unit, begin) ->
              holds(
                  request.clone().setCalendarUnit(unit),
                  time -> later(first, start(begin.apply(time.atZone(zone).toLocalDate()), zone))));
    }
  }

  /** A bucket that the range cuts starts with the range. */
  private static String later(Instant first, String start) {
    return Instant.parse(start).isBefore(first) ? first.toString() : start;
  }

  @ParameterizedTest
  @CsvSource({
    "Europe/Berlin, 2026-03-29, 23",
    "Europe/Berlin, 2026-10-25, 25",
    "Europe/Berlin, 2026-06-01, 24",
    "Asia/Kolkata, 2026-03-29, 24",
    "America/St_Johns, 2026-03-08, 23",
    "America/St_Johns, 2026-11-01, 25",
    "Australia/Lord_Howe, 2026-04-05, 24.5",
    "Australia/Lord_Howe, 2026-10-04, 23.5",
  })
  void days_haveTheHoursOfTheirZone(String id, LocalDate date, double hours) {
    ZoneId zone = ZoneId.of(id);
    AggregateStatisticsRequest.Builder request =
        request(id).setCalendarUnit(CalendarUnit.CALENDAR_UNIT_DAY).setIncludeEmptyBuckets(true);
    StatisticsBucket day =
        ask(request).stream()
            .filter(bucket -> group(bucket).equals(start(date, zone)))
            .findFirst()
            .orElseThrow();
    assertThat((day.getEnd().getSeconds() - day.getStart().getSeconds()) / 3600.0).isEqualTo(hours);
  }

  @Test
  void hourThatClocksJumpOver_hasNoRuns_andTheOneThatComesTwiceHasBoth() {
    AggregateStatisticsRequest.Builder spring =
        request("Europe/Berlin")
            .setRange(range("2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z"))
            .setCycle(Cycle.CYCLE_HOUR_OF_DAY);
    assertThat(ask(spring)).hasSizeGreaterThan(15).noneMatch(b -> b.getHourOfDay() == 2);
    AggregateStatisticsRequest.Builder autumn =
        request("Europe/Berlin")
            .setRange(range("2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z"))
            .setBucket(minutes(60))
            .setIncludeEmptyBuckets(true);
    assertThat(ask(autumn)).hasSize(25);
    assertThat(ask(autumn))
        .allMatch(b -> b.getEnd().getSeconds() - b.getStart().getSeconds() == 3600);
  }

  @Test
  void wholeHours_areReadFromRollUps_alsoInZones() {
    List<StatisticsBucket> berlin =
        ask(request("Europe/Berlin").setCalendarUnit(CalendarUnit.CALENDAR_UNIT_MONTH));
    assertThat(berlin).allMatch(b -> b.getSketchesRead() == 0 && b.getCellsRead() > 0);
    assertThat(ask(request("Europe/Berlin").setCycle(Cycle.CYCLE_HOUR_OF_DAY)))
        .allMatch(b -> b.getSketchesRead() == 0 && b.getCellsRead() > 0);
    // Days in India begin within a UTC hour: that hour alone is read from its sketches.
    List<StatisticsBucket> kolkata = ask(request("Asia/Kolkata").setCycle(Cycle.CYCLE_DAY_OF_WEEK));
    assertThat(kolkata).allMatch(b -> b.getCellsRead() > 0);
    assertThat(kolkata.stream().mapToLong(StatisticsBucket::getSketchesRead).sum())
        .isBetween(1L, RUNS / 8L);
  }

  @Test
  void offset_takesHalfHours() {
    Duration offset = minutes(330);
    holds(
        request("").setUtcOffset(offset).setCycle(Cycle.CYCLE_HOUR_OF_DAY),
        time -> "hour " + time.plusSeconds(330 * 60).atZone(ZoneId.of("UTC")).getHour());
    holds(
        request("").setUtcOffset(offset).setCycle(Cycle.CYCLE_DAY_OF_WEEK),
        time ->
            "day " + time.plusSeconds(330 * 60).atZone(ZoneId.of("UTC")).getDayOfWeek().getValue());
  }
}
