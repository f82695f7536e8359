package io.resketch.client.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.resketch.client.ResketchClient;
import io.resketch.client.SketchCollection;
import io.resketch.client.StatisticsBucket;
import io.resketch.client.TimeRange;
import io.resketch.core.stats.ModuleCount;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Counts modules over time. */
@Command(
    name = "stats",
    description = {
      "Counts modules over time, from sketches alone.",
      "",
      "Counts are totals over a bucket of time, with the half width of their 95 %% interval (1.96"
          + " standard errors)."
    },
    footer = {
      "  resketch stats --collection street --bucket 60s --modules person,car",
      "  resketch stats --collection street --start 2026-11-23T08:00:00Z --json"
    })
final class StatsCommand extends ClientCommand {
  @Mixin private ServerOptions serverOptions;

  @Option(
      names = "--start",
      paramLabel = "TIME",
      description = "First moment, such as 2026-11-23T08:00:00Z. Default: open.")
  private Optional<Instant> start;

  @Option(
      names = "--end",
      paramLabel = "TIME",
      description = "First moment behind the range. Default: open.")
  private Optional<Instant> end;

  @Option(
      names = "--bucket",
      paramLabel = "LENGTH",
      converter = Length.class,
      description = "Length of a bucket, such as 500ms, 60s, 15m, 1h, 1d. Default: one bucket.")
  private Optional<Duration> bucket;

  @Option(
      names = "--modules",
      paramLabel = "NAME",
      split = ",",
      showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
      description = "Modules to count. Default: every module seen as a root.")
  private List<String> modules = List.of();

  @Override
  int run() {
    TimeRange range = new TimeRange(start, end);
    try (ResketchClient client = serverOptions.connect(this)) {
      SketchCollection collection = client.openCollection(serverOptions.collection());
      List<StatisticsBucket> buckets =
          bucket.isPresent()
              ? collection.statistics(range, bucket.get(), modules)
              : collection.statistics(range, modules);
      if (json()) {
        print(json(buckets).toString());
      } else {
        StatsTable.lines(buckets).forEach(this::print);
      }
      return 0;
    }
  }

  private static JsonObject json(List<StatisticsBucket> buckets) {
    JsonArray list = new JsonArray();
    for (StatisticsBucket bucket : buckets) {
      JsonArray counts = new JsonArray();
      for (ModuleCount count : bucket.counts()) {
        JsonObject out = new JsonObject();
        out.addProperty("module", count.module());
        out.addProperty("determined", count.determined());
        if (count.determined()) {
          out.addProperty("count", count.count());
          out.addProperty("standardError", count.standardError());
        } else {
          out.addProperty("reason", count.reason());
        }
        counts.add(out);
      }
      JsonObject out = new JsonObject();
      bucket.start().ifPresent(time -> out.addProperty("start", time.toString()));
      bucket.end().ifPresent(time -> out.addProperty("end", time.toString()));
      out.addProperty("sketches", bucket.sketches());
      out.add("counts", counts);
      list.add(out);
    }
    JsonObject out = new JsonObject();
    out.add("buckets", list);
    return out;
  }

  /** A number and a unit. */
  static final class Length implements ITypeConverter<Duration> {
    private static final Pattern FORM = Pattern.compile("([1-9]\\d{0,8})(ms|s|m|h|d)");

    @Override
    public Duration convert(String value) {
      Matcher matcher = FORM.matcher(value);
      if (!matcher.matches()) {
        throw new TypeConversionException(
            "'" + value + "' is not a length of time; write 500ms, 60s, 15m, 1h or 1d");
      }
      long number = Long.parseLong(matcher.group(1));
      return switch (matcher.group(2)) {
        case "ms" -> Duration.ofMillis(number);
        case "s" -> Duration.ofSeconds(number);
        case "m" -> Duration.ofMinutes(number);
        case "h" -> Duration.ofHours(number);
        default -> Duration.ofDays(number);
      };
    }
  }
}
