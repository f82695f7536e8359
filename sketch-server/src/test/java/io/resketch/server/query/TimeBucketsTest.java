package io.resketch.server.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.resketch.server.query.TimeBuckets.Bucket;
import io.resketch.v1.AggregateStatisticsRequest.CalendarUnit;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TimeBucketsTest {
  private static final long MINUTE = 60_000_000_000L;

  private static TimeBuckets clock(String zone, long minutes) {
    return new ClockBuckets(ZoneId.of(zone).getRules(), minutes * MINUTE);
  }

  @ParameterizedTest
  @CsvSource({
    // A night of 23 hours: 0:00 to 6:00 has five.
    "Europe/Berlin, 360, 2026-03-29T03:59:59Z, 2026-03-28T23:00:00Z, 2026-03-29T04:00:00Z",
    // One of 25: it has seven, but an hour has one, also where clocks show 2:30 twice.
    "Europe/Berlin, 360, 2026-10-25T04:59:59Z, 2026-10-24T22:00:00Z, 2026-10-25T05:00:00Z",
    "Europe/Berlin, 60, 2026-10-25T00:30:00Z, 2026-10-25T00:00:00Z, 2026-10-25T01:00:00Z",
    "Europe/Berlin, 60, 2026-10-25T01:30:00Z, 2026-10-25T01:00:00Z, 2026-10-25T02:00:00Z",
    "Asia/Kolkata, 60, 2026-10-25T01:15:00Z, 2026-10-25T00:30:00Z, 2026-10-25T01:30:00Z",
    "Asia/Kathmandu, 360, 2026-10-25T01:15:00Z, 2026-10-25T00:15:00Z, 2026-10-25T06:15:00Z",
    // Clocks go from 2:00 to 2:30, and from 2:00 back to 1:30.
    "Australia/Lord_Howe, 60, 2026-10-03T15:40:00Z, 2026-10-03T15:30:00Z, 2026-10-03T16:00:00Z",
    "Australia/Lord_Howe, 60, 2026-04-04T15:10:00Z, 2026-04-04T14:00:00Z, 2026-04-04T15:30:00Z",
    // Clocks went from 0:01 back to 23:01 of the day before.
    "America/St_Johns, 60, 2010-11-07T02:30:30Z, 2010-11-07T02:30:00Z, 2010-11-07T03:30:00Z",
    "America/St_Johns, 60, 2010-11-07T03:00:00Z, 2010-11-07T02:30:00Z, 2010-11-07T03:30:00Z",
    "America/St_Johns, 60, 2010-11-07T02:20:00Z, 2010-11-07T01:30:00Z, 2010-11-07T02:30:00Z",
  })
  void clockBuckets_startWhereClocksShowThem(
      String zone, long minutes, Instant time, Instant start, Instant end) {
    assertThat(clock(zone, minutes).at(time)).isEqualTo(new Bucket(start, end));
  }

  @ParameterizedTest
  @CsvSource({
    "Europe/Berlin, DAY, 2026-03-29T12:00:00Z, 2026-03-28T23:00:00Z, 2026-03-29T22:00:00Z",
    "Europe/Berlin, WEEK, 2026-03-29T12:00:00Z, 2026-03-22T23:00:00Z, 2026-03-29T22:00:00Z",
    "Europe/Berlin, MONTH, 2026-03-29T12:00:00Z, 2026-02-28T23:00:00Z, 2026-03-31T22:00:00Z",
    "Europe/Berlin, YEAR, 2025-12-31T23:00:00Z, 2025-12-31T23:00:00Z, 2026-12-31T23:00:00Z",
    // Days that begin at 1:00, that are left out, and that begin before the last ends on clocks.
    "America/Sao_Paulo, DAY, 2018-11-04T12:00:00Z, 2018-11-04T03:00:00Z, 2018-11-05T02:00:00Z",
    "Pacific/Apia, DAY, 2011-12-30T09:00:00Z, 2011-12-29T10:00:00Z, 2011-12-30T10:00:00Z",
    "Pacific/Apia, DAY, 2011-12-30T10:00:00Z, 2011-12-30T10:00:00Z, 2011-12-31T10:00:00Z",
    "America/St_Johns, DAY, 2010-11-07T03:00:00Z, 2010-11-07T02:30:00Z, 2010-11-08T03:30:00Z",
  })
  void dateBuckets_goFromFirstMomentToFirstMoment(
      String zone, String unit, Instant time, Instant start, Instant end) {
    TimeBuckets buckets =
        DateBuckets.of(ZoneId.of(zone), CalendarUnit.valueOf("CALENDAR_UNIT_" + unit));
    assertThat(buckets.at(time)).isEqualTo(new Bucket(start, end));
  }

  /** Every zone there is, over two centuries: no gap, no overlap, and every time in its bucket. */
  @ParameterizedTest
  @ValueSource(longs = {15, 60, 180, 720, 1440})
  void buckets_followEachOtherWithoutAGap_inEveryZone(long minutes) {
    Random random = new Random(20261130 + minutes);
    for (String id : ZoneId.getAvailableZoneIds()) {
      ZoneId zone = ZoneId.of(id);
      TimeBuckets buckets = minutes == 1440 ? DateBuckets.ofDays(zone, 1) : clock(id, minutes);
      for (Instant time : times(zone, random)) {
        Bucket bucket = buckets.at(time);
        assertThat(bucket.contains(time)).as("%s at %s: %s", id, time, bucket).isTrue();
        assertThat(buckets.at(bucket.start())).as("%s at %s", id, time).isEqualTo(bucket);
        assertThat(buckets.at(bucket.end().minusNanos(1))).isEqualTo(bucket);
        assertThat(buckets.at(bucket.end()).start()).isEqualTo(bucket.end());
        assertThat(Duration.between(bucket.start(), bucket.end()))
            .isLessThanOrEqualTo(Duration.ofMinutes(minutes).plusHours(24));
      }
    }
  }

  /** Near three jumps of the clocks, and anywhere. */
  private static List<Instant> times(ZoneId zone, Random random) {
    List<Instant> out = new java.util.ArrayList<>();
    for (int i = 0; i < 3; i++) {
      Instant any = Instant.ofEpochSecond(random.nextLong(-4_000_000_000L, 4_000_000_000L));
      out.add(any);
      var jump = zone.getRules().nextTransition(any);
      if (jump != null) {
        long near = random.nextLong(-7200, 7200);
        out.addAll(
            List.of(
                jump.getInstant(),
                jump.getInstant().minusNanos(1),
                jump.getInstant().plusSeconds(near)));
      }
    }
    return out;
  }
}
