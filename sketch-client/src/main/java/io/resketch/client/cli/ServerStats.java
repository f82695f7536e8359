package io.resketch.client.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.resketch.client.SketchCollection;
import io.resketch.client.StatisticsAnswer;
import io.resketch.client.StatisticsBucket;
import io.resketch.client.StatisticsBucket.ModuleMeans;
import io.resketch.client.StatisticsBucket.ModulePresence;
import io.resketch.client.StatisticsQuery;
import io.resketch.core.stats.Estimate;
import io.resketch.core.stats.ModuleCount;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Prints the statistics of a server. */
final class ServerStats {
  private static final DateTimeFormatter LOCAL = DateTimeFormatter.ISO_OFFSET_DATE_TIME;

  private final StatisticsAnswer answer;
  private final Optional<ZoneId> zone;

  /**
   * An answer to be printed.
   *
   * @param zone in which times are shown; absent for UTC
   */
  ServerStats(StatisticsAnswer answer, Optional<ZoneId> zone) {
    this.answer = answer;
    this.zone = zone;
  }

  /** Asks a collection, and again without what dominated the answer, if that is wanted. */
  static StatisticsAnswer ask(
      SketchCollection collection, StatisticsQuery query, LeaveOutOptions leaveOut) {
    Set<String> without = new TreeSet<>(leaveOut.names());
    StatisticsAnswer answer = collection.answer(query.leavingOut(List.copyOf(without)));
    while (leaveOut.dominant() && without.addAll(dominant(answer).keySet())) {
      answer = collection.answer(query.leavingOut(List.copyOf(without)));
    }
    return answer;
  }

  /** A line per bucket, and below them what to know about them. */
  List<String> table() {
    List<String> out = new ArrayList<>();
    if (answer.buckets().isEmpty()) {
      out.add("no sketches in this range");
    } else {
      StatisticsBucket first = answer.buckets().get(0);
      StatsTable table =
          new StatsTable(
              heading(first),
              "sketches",
              first.counts().stream().map(ModuleCount::module).toList());
      for (StatisticsBucket at : answer.buckets()) {
        table.add(key(at), at.sketches(), at.counts().stream().map(ModuleCount::estimate).toList());
        if (at.sketches() > 0) {
          at.counts().stream().map(ModuleCount::method).distinct().forEach(table::counted);
        }
      }
      out.addAll(table.lines());
    }
    out.addAll(new StatsNotes(answer).lines());
    return out;
  }

  /**
   * Ids of runs that dominate a bucket, and the greatest part of the energy that each has of one.
   */
  static Map<String, Double> dominant(StatisticsAnswer answer) {
    Map<String, Double> out = new LinkedHashMap<>();
    for (StatisticsBucket bucket : answer.buckets()) {
      bucket.dominant().forEach(run -> out.merge(run.id(), run.energyShare(), Math::max));
    }
    return out;
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

  private String key(StatisticsBucket bucket) {
    if (bucket.hourOfDay().isPresent()) {
      return String.format(Locale.ROOT, "%02d", bucket.hourOfDay().getAsInt());
    }
    if (bucket.dayOfWeek().isPresent()) {
      return bucket.dayOfWeek().get().name().toLowerCase(Locale.ROOT);
    }
    return bucket.label().or(() -> bucket.start().map(this::shown)).orElse("-");
  }

  private String shown(Instant time) {
    return zone.map(at -> time.atZone(at).toOffsetDateTime().format(LOCAL))
        .orElseGet(time::toString);
  }

  /** Everything. */
  JsonObject json() {
    JsonArray list = new JsonArray();
    for (StatisticsBucket bucket : answer.buckets()) {
      list.add(json(bucket));
    }
    JsonObject out = new JsonObject();
    zone.ifPresent(at -> out.addProperty("timeZone", at.getId()));
    out.add("buckets", list);
    new StatsNotes(answer).into(out);
    return out;
  }

  private JsonObject json(StatisticsBucket bucket) {
    JsonObject out = new JsonObject();
    bucket.start().ifPresent(time -> out.addProperty("start", shown(time)));
    bucket.end().ifPresent(time -> out.addProperty("end", shown(time)));
    bucket.hourOfDay().ifPresent(hour -> out.addProperty("hourOfDay", hour));
    bucket
        .dayOfWeek()
        .ifPresent(day -> out.addProperty("dayOfWeek", day.name().toLowerCase(Locale.ROOT)));
    bucket.label().ifPresent(value -> out.addProperty("label", value));
    out.addProperty("sketches", bucket.sketches());
    out.addProperty("source", bucket.source().name());
    out.addProperty("cellsRead", bucket.cellsRead());
    out.addProperty("sketchesRead", bucket.sketchesRead());
    out.addProperty("sketchesDecoded", bucket.sketchesDecoded());
    StatsNotes.dominant(bucket, out);
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
    out.addProperty("method", module.method().name());
    return out;
  }
}
