package io.resketch.client.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.resketch.client.ResketchClient;
import io.resketch.client.SketchCollection;
import io.resketch.client.StatisticsBucket;
import io.resketch.client.TimeRange;
import io.resketch.client.cli.ModuleOptions.Modules;
import io.resketch.core.decode.Decoder;
import io.resketch.core.stats.ModuleCount;
import io.resketch.core.stats.ModuleStatistics;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** Statistics of modules. */
@Command(
    name = "stats",
    description = {
      "Counts modules and gives the means of their attributes, from sketches.",
      "",
      "Of SKETCHES, a NumPy matrix or a file of sketch images: every sketch for itself, or with"
          + " --total their sum. Counts are of root objects, told from the sketch alone. With"
          + " --guided, objects are decoded with their skeletons, and means are of all objects."
          + " --json also gives presence, means and second moments.",
      "",
      "Of a server's --collection: totals over buckets of time.",
      "",
      "Behind ± is the half width of the 95 %% interval; ? is a question that the sketches do not"
          + " answer, and why."
    },
    footer = {
      "  resketch stats sketches.rskt --modules person:4,car:4 --seed 7 --json",
      "  resketch stats sketches.npy --skeletons skeletons.jsonl --seed 7 --guided --json",
      "  resketch stats --collection street --bucket 60s --modules person,car",
      "  resketch stats --collection street --start 2026-11-23T08:00:00Z --json"
    })
final class StatsCommand extends ClientCommand {
  @Parameters(paramLabel = "SKETCHES", arity = "0..1", description = "The sketches.")
  private Optional<Path> sketches;

  @Option(
      names = "--skeletons",
      paramLabel = "FILE.jsonl",
      description = {
        "Line i belongs to row i of SKETCHES: says the modules, and how many objects the row of a"
            + " NumPy matrix is of, which otherwise has the shares of the modules for counts."
      })
  private Optional<Path> skeletons;

  @Mixin private ModuleOptions moduleOptions;

  @Option(
      names = "--total",
      showDefaultValue = Visibility.NEVER,
      description = "Of the sum of all sketches.")
  private boolean total;

  @Option(
      names = "--guided",
      showDefaultValue = Visibility.NEVER,
      description = "Decode the objects, with JOINT, and take the total of all.")
  private boolean guided;

  @Mixin private SpecOptions specOptions;

  @Option(
      names = "--server",
      paramLabel = "HOST:PORT",
      description = "Address of the server. Default: " + ServerOptions.DEFAULT_SERVER + ".")
  private Optional<String> server;

  @Option(names = "--collection", paramLabel = "ID", description = "Id of the collection.")
  private Optional<String> collection;

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

  @Override
  int run() throws IOException {
    boolean online = server.isPresent() || collection.isPresent();
    if (online == sketches.isPresent()) {
      throw wrongUse("give SKETCHES, or the --collection of a server");
    }
    if (online) {
      if (collection.isEmpty()) {
        throw wrongUse("statistics of a server need --collection");
      }
      if (skeletons.isPresent() || total || guided) {
        throw wrongUse("--skeletons, --total and --guided go with files of sketches");
      }
      return ofServer();
    }
    if (start.isPresent() || end.isPresent() || bucket.isPresent()) {
      throw wrongUse("--start, --end and --bucket go with --collection; files have no times");
    }
    if (guided && skeletons.isEmpty()) {
      throw wrongUse("--guided needs --skeletons to decode with");
    }
    return ofFile(sketches.orElseThrow());
  }

  private int ofFile(Path file) throws IOException {
    Modules modules = moduleOptions.modules(this, skeletons.stream().toList());
    OfflineStats statistics = new OfflineStats(file, skeletons, specOptions.spec(this), modules);
    JsonArray rows = new JsonArray();
    StatsTable table = new StatsTable(total || guided ? "total" : "row", "runs", modules.asked());
    OfflineStats.Sink sink =
        (row, runs, found) -> {
          if (json()) {
            JsonObject out = OfflineStats.json(runs, found);
            if (!total && !guided) {
              out.addProperty("row", row);
            }
            rows.add(out);
          } else {
            table.add(
                total || guided ? "" : Long.toString(row),
                runs,
                found.stream().map(ModuleStatistics::count).toList());
          }
        };
    if (guided) {
      statistics.guided(Decoder.JOINT, sink);
    } else if (total) {
      statistics.total(sink);
    } else {
      statistics.each(sink);
    }
    if (!json()) {
      table.lines().forEach(this::print);
    } else if (total || guided) {
      print(rows.get(0).toString());
    } else {
      JsonObject out = new JsonObject();
      out.add("rows", rows);
      print(out.toString());
    }
    return 0;
  }

  private int ofServer() {
    TimeRange range = new TimeRange(start, end);
    List<String> modules = moduleOptions.names(this);
    try (ResketchClient client =
        ServerOptions.connect(this, server.orElse(ServerOptions.DEFAULT_SERVER))) {
      SketchCollection opened = client.openCollection(collection.orElseThrow());
      List<StatisticsBucket> buckets =
          bucket.isPresent()
              ? opened.statistics(range, bucket.get(), modules)
              : opened.statistics(range, modules);
      if (json()) {
        print(json(buckets).toString());
      } else {
        table(buckets).forEach(this::print);
      }
      return 0;
    }
  }

  private static List<String> table(List<StatisticsBucket> buckets) {
    if (buckets.isEmpty()) {
      return List.of("no sketches in this range");
    }
    StatsTable table =
        new StatsTable(
            "start",
            "sketches",
            buckets.get(0).counts().stream().map(ModuleCount::module).toList());
    for (StatisticsBucket at : buckets) {
      table.add(
          at.start().map(Object::toString).orElse("-"),
          at.sketches(),
          at.counts().stream().map(ModuleCount::estimate).toList());
    }
    return table.lines();
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
