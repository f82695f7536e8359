package io.resketch.client.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.resketch.client.StatisticsBucket;
import io.resketch.client.StatisticsBucket.ModuleMeans;
import io.resketch.client.StatisticsBucket.ModulePresence;
import io.resketch.core.stats.Estimate;
import io.resketch.core.stats.ModuleCount;
import java.util.List;
import java.util.Locale;

/** Prints the statistics of a server. */
final class ServerStats {
  private ServerStats() {}

  /** A line per bucket. */
  static List<String> table(List<StatisticsBucket> buckets) {
    if (buckets.isEmpty()) {
      return List.of("no sketches in this range");
    }
    StatisticsBucket first = buckets.get(0);
    StatsTable table =
        new StatsTable(
            heading(first), "sketches", first.counts().stream().map(ModuleCount::module).toList());
    for (StatisticsBucket at : buckets) {
      table.add(key(at), at.sketches(), at.counts().stream().map(ModuleCount::estimate).toList());
    }
    return table.lines();
  }

  private static String heading(StatisticsBucket bucket) {
    if (bucket.hourOfDay().isPresent()) {
      return "hour";
    }
    if (bucket.dayOfWeek().isPresent()) {
      return "day";
    }
    return bucket.label().isPresent() ? "label" : "start";
  }

  private static String key(StatisticsBucket bucket) {
    if (bucket.hourOfDay().isPresent()) {
      return String.format(Locale.ROOT, "%02d", bucket.hourOfDay().getAsInt());
    }
    if (bucket.dayOfWeek().isPresent()) {
      return bucket.dayOfWeek().get().name().toLowerCase(Locale.ROOT);
    }
    return bucket.label().or(() -> bucket.start().map(Object::toString)).orElse("-");
  }

  /** Everything. */
  static JsonObject json(List<StatisticsBucket> buckets) {
    JsonArray list = new JsonArray();
    for (StatisticsBucket bucket : buckets) {
      list.add(json(bucket));
    }
    JsonObject out = new JsonObject();
    out.add("buckets", list);
    return out;
  }

  private static JsonObject json(StatisticsBucket bucket) {
    JsonObject out = new JsonObject();
    bucket.start().ifPresent(time -> out.addProperty("start", time.toString()));
    bucket.end().ifPresent(time -> out.addProperty("end", time.toString()));
    bucket.hourOfDay().ifPresent(hour -> out.addProperty("hourOfDay", hour));
    bucket
        .dayOfWeek()
        .ifPresent(day -> out.addProperty("dayOfWeek", day.name().toLowerCase(Locale.ROOT)));
    bucket.label().ifPresent(value -> out.addProperty("label", value));
    out.addProperty("sketches", bucket.sketches());
    out.addProperty("source", bucket.source().name());
    out.addProperty("cellsRead", bucket.cellsRead());
    out.addProperty("sketchesRead", bucket.sketchesRead());
    List<ModulePresence> presence = bucket.presence();
    List<ModuleMeans> means = bucket.means();
    JsonArray counts = new JsonArray();
    for (int m = 0; m < bucket.counts().size(); m++) {
      JsonObject count = json(bucket.counts().get(m));
      if (!presence.isEmpty()) {
        count.addProperty("present", presence.get(m).present());
        count.addProperty("presenceNotDetermined", presence.get(m).notDetermined());
      }
      if (!means.isEmpty()) {
        count.add("mean", OfflineStats.vector(means.get(m).mean()));
        count.add("secondMoment", OfflineStats.vector(means.get(m).secondMoment()));
      }
      counts.add(count);
    }
    out.add("counts", counts);
    return out;
  }

  private static JsonObject json(ModuleCount module) {
    Estimate count = module.estimate();
    JsonObject out = new JsonObject();
    out.addProperty("module", module.module());
    out.addProperty("determined", count.determined());
    if (count.determined()) {
      out.addProperty("count", count.value());
      out.addProperty("standardError", count.standardError());
    } else {
      out.addProperty("reason", count.reason());
    }
    return out;
  }
}
