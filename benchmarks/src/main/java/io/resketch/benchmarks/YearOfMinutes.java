package io.resketch.benchmarks;

import com.google.protobuf.Timestamp;
import io.resketch.client.ResketchClient;
import io.resketch.client.SketchCollection;
import io.resketch.client.StatisticsBucket;
import io.resketch.client.StatisticsQuery;
import io.resketch.client.TimeRange;
import io.resketch.core.graph.Computation;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import io.resketch.core.stats.ModuleProfile;
import io.resketch.server.ResketchServer;
import io.resketch.server.ServerConfig;
import io.resketch.server.repository.DirtyHours;
import io.resketch.server.repository.Receipt;
import io.resketch.server.repository.Repository;
import io.resketch.server.repository.UtcHours;
import io.resketch.server.rollup.RollUps;
import io.resketch.server.rollup.SketchSums;
import io.resketch.server.storage.RocksStore;
import io.resketch.server.storage.StoreBatch;
import io.resketch.v1.Collection;
import io.resketch.v1.SketchRecord;
import io.resketch.wire.Sketches;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Statistics over a year of one sketch a minute, asked of a server through the client: from
 * roll-ups, and from all single sketches as they would be without.
 */
public final class YearOfMinutes {
  private static final SketchSpec SPEC = new SketchSpec(1024, 16, 7);
  private static final int MODULES = 20;
  private static final int MINUTES = 365 * 24 * 60;
  private static final int BATCH = 1000;
  private static final int CALLS = 50;
  private static final Instant START = Instant.parse("2025-01-01T00:00:00Z");
  private static final Instant END = START.plus(Duration.ofMinutes(MINUTES));

  private YearOfMinutes() {}

  /**
   * Runs.
   *
   * @param args a directory for the data, which is deleted before and after, and a name of the
   *     machine
   */
  public static void main(String[] args) throws IOException {
    Path directory = Path.of(args[0]);
    delete(directory);
    System.out.printf("%s%n%,d sketches, d = %,d%n", args[1], MINUTES, SPEC.dimension());
    System.out.println("\n| | s |\n| --- | --- |");
    fill(directory);
    scan(directory);
    ask(directory);
    delete(directory);
  }

  private static void line(String what, double millis) {
    System.out.printf(Locale.ROOT, "| %s | %.1f |%n", what, millis / 1000);
  }

  private static double millisSince(long start) {
    return (System.nanoTime() - start) / 1e6;
  }

  /** Written as puts write, a thousand at a time. */
  private static void fill(Path directory) {
    long start = System.nanoTime();
    Random random = new Random(20261124);
    Scenes scenes = Scenes.scattered(MODULES, false, random);
    Sketcher sketcher = new Sketcher(SPEC);
    Map<String, ModuleProfile> modules = new TreeMap<>();
    try (RocksStore store = RocksStore.open(directory)) {
      new Repository(store, InstantSource.system())
          .create(
              "year", Collection.newBuilder().setSpec(Sketches.spec(SPEC)).build(), Receipt.none());
      for (int minute = 0; minute < MINUTES; minute += BATCH) {
        try (StoreBatch batch = store.batch()) {
          for (int i = minute; i < Math.min(MINUTES, minute + BATCH); i++) {
            Computation run = scenes.draw(roots(random, i)).graph();
            for (ModuleProfile profile : ModuleProfile.of(run.skeleton())) {
              modules.merge(profile.name(), profile, ModuleProfile::merge);
            }
            Timestamp time =
                Timestamp.newBuilder().setSeconds(START.getEpochSecond() + 60L * i).build();
            Sketch sketch = sketcher.sketch(run);
            SketchRecord record =
                SketchRecord.newBuilder().setTime(time).setSketch(Sketches.sketch(sketch)).build();
            batch.sketch("year", "minute-" + i, record);
            batch.dirty("year", UtcHours.of(time));
          }
          batch.commit();
        }
      }
      try (StoreBatch batch = store.batch()) {
        modules.values().forEach(module -> batch.module("year", Sketches.module(module)));
        batch.commit();
      }
    }
    line("draw, sketch and store all", millisSince(start));
  }

  /** Few objects at night, many in the afternoon. */
  private static int roots(Random random, int minute) {
    double day = (minute % 1440) / 1440.0;
    double mean = 4 - 3 * Math.cos(2 * Math.PI * (day - 0.125));
    return (int) Math.max(1, Math.min(12, Math.round(mean + random.nextGaussian())));
  }

  private static void scan(Path directory) {
    try (RocksStore store = RocksStore.open(directory)) {
      Repository repository = new Repository(store, InstantSource.system());
      io.resketch.server.repository.SketchCollection year = repository.collection("year");
      for (int round = 0; round < 2; round++) {
        long start = System.nanoTime();
        SketchSums[] hours = new SketchSums[UtcHours.DAY];
        Arrays.setAll(hours, h -> new SketchSums());
        repository.visit(
            year,
            null,
            null,
            null,
            (position, id, record) -> {
              int hour = (int) Math.floorMod(UtcHours.of(record.getTime()), (long) UtcHours.DAY);
              hours[hour].add(id, Repository.sketch(record));
              return true;
            });
        if (round == 1) {
          line("sums by hour of day, scanning all sketches", millisSince(start));
        }
      }
      long start = System.nanoTime();
      new RollUps(store).roll(year, UtcHours.FIRST, UtcHours.LAST);
      line("all roll-ups made", millisSince(start));
      DirtyHours dirty = year.dirtyHours();
      synchronized (year) {
        if (dirty.size() != 0) {
          throw new IllegalStateException(dirty.size() + " hours were not rolled up");
        }
      }
    }
  }

  private static void ask(Path directory) throws IOException {
    ServerConfig config = new ServerConfig(directory, "127.0.0.1", 0, 0);
    try (ResketchServer server = ResketchServer.start(config);
        ResketchClient client = ResketchClient.connect("127.0.0.1:" + server.port())) {
      SketchCollection year = client.openCollection("year");
      System.out.println(
          "\n| question | roll-ups read | sketches read | least, ms | median, ms |\n"
              + "| --- | --- | --- | --- | --- |");
      TimeRange all = TimeRange.between(START, END);
      StatisticsQuery query = StatisticsQuery.over(all);
      StatisticsQuery byHour = query.byHourOfDay(ZoneOffset.UTC);
      time(year, "how often per hour of day", byHour);
      time(year, "the same, one module asked for", byHour.modules(List.of("m3")));
      time(year, "the same at UTC+9", query.byHourOfDay(ZoneOffset.ofHours(9)));
      TimeRange ragged =
          TimeRange.between(
              START.plus(Duration.ofMinutes(12_345)), END.minus(Duration.ofMinutes(23_456)));
      time(
          year,
          "the same, 17 days short at ragged ends",
          StatisticsQuery.over(ragged).byHourOfDay(ZoneOffset.UTC));
      time(year, "the same with means of attributes", byHour.withMeans());
      time(year, "per day of week", query.byDayOfWeek(ZoneOffset.UTC));
      time(year, "over the whole year", query);
      time(year, "per day, 365 buckets", query.inBuckets(Duration.ofDays(1)));
      time(year, "per hour, 8,760 buckets", query.inBuckets(Duration.ofHours(1)));
    }
  }

  private static void time(SketchCollection year, String what, StatisticsQuery query) {
    List<StatisticsBucket> first = year.statistics(query);
    double[] millis = new double[CALLS];
    for (int i = 0; i < CALLS; i++) {
      long start = System.nanoTime();
      List<StatisticsBucket> buckets = year.statistics(query);
      millis[i] = millisSince(start);
      if (buckets.size() != first.size()) {
        throw new IllegalStateException("answers differ");
      }
    }
    Arrays.sort(millis);
    long cells = first.stream().mapToLong(StatisticsBucket::cellsRead).sum();
    long sketches = first.stream().mapToLong(StatisticsBucket::sketchesRead).sum();
    System.out.printf(
        Locale.ROOT,
        "| %s | %,d | %,d | %.1f | %.1f |%n",
        what,
        cells,
        sketches,
        millis[0],
        millis[CALLS / 2]);
  }

  private static void delete(Path directory) throws IOException {
    if (Files.exists(directory)) {
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}
