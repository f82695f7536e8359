package io.resketch.client.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.resketch.client.ResketchClient;
import io.resketch.client.StatisticsQuery;
import io.resketch.client.cli.ModuleOptions.Modules;
import io.resketch.core.decode.Decoder;
import io.resketch.core.spec.SketchSpec;
import io.resketch.core.stats.ModuleStatistics;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Statistics of modules. */
@Command(
    name = "stats",
    description = {
      "Counts modules and gives the means of their attributes, from sketches.",
      "",
      "Of SKETCHES, a NumPy matrix or a file of sketch images: every sketch for itself, or with"
          + " --total their sum. Counts are of root objects, told from the sketch alone: a single run"
          + " is decoded without a skeleton, and where the objects found do not account for all of"
          + " it, and in sums, all modules are fitted to it; the answer says which it was. With"
          + " --guided, objects are decoded with their skeletons, and means are of all objects."
          + " --json also gives presence, means and second moments.",
      "",
      "Of a server's --collection: totals over all, over buckets of time, by hour of the day, day"
          + " of the week or label. Whole hours are answered from stored sums.",
      "",
      "Behind ± is the half width of the 95 %% interval; ? is a question that the sketches do not"
          + " answer, and why."
    },
    footer = {
      "  resketch stats sketches.rskt --modules person:4:leaf,car:4:leaf --json",
      "  resketch stats sketches.npy --skeletons skeletons.jsonl --guided --json",
      "  resketch stats --collection street --bucket 60s --modules person,car",
      "  resketch stats --collection street --bucket month --time-zone Europe/Berlin",
      "  resketch stats --collection street --by hour-of-day --time-zone Asia/Kolkata",
      "  resketch stats --collection street --start 2026-11-23T08:00:00Z --presence --json"
    })
final class StatsCommand extends ClientCommand {
  @Parameters(paramLabel = "SKETCHES", arity = "0..1", description = "The sketches.")
  private Optional<Path> sketches;

  @Option(
      names = "--skeletons",
      paramLabel = "FILE.jsonl",
      description = {
        "Line i belongs to row i of SKETCHES: says the modules, and how many objects the row is of."
            + " A NumPy matrix with no masses beside it otherwise answers shares, not counts."
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

  @Mixin private ReadSpecOptions specOptions;

  @Option(
      names = "--server",
      paramLabel = "HOST:PORT",
      description = "Address of the server. Default: " + ServerOptions.DEFAULT_SERVER + ".")
  private Optional<String> server;

  @Mixin private AccessOptions access;

  @Option(names = "--collection", paramLabel = "ID", description = "Id of the collection.")
  private Optional<String> collection;

  @Mixin private ServerStatsOptions question;

  @Mixin private LeaveOutOptions leaveOut;

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
    if (question.isGiven()) {
      throw wrongUse(
          "times and groups, --presence, --means and --max-error go with --collection; files have"
              + " no times");
    }
    if (leaveOut.given() && !total) {
      throw wrongUse("--leave-out and --leave-out-dominant go with --total or --collection");
    }
    if (guided && skeletons.isEmpty()) {
      throw wrongUse("--guided needs --skeletons to decode with");
    }
    return ofFile(sketches.orElseThrow());
  }

  private int ofFile(Path file) throws IOException {
    Modules modules = moduleOptions.modules(this, skeletons.stream().toList());
    SketchSpec spec = SpecEvidence.require(this, specOptions, file, modules.known());
    OfflineStats statistics = new OfflineStats(file, skeletons, spec, modules);
    boolean shares = skeletons.isEmpty() && !SketchFiles.massesKnown(file, spec);
    TotalStats sum = new TotalStats(statistics, leaveOut);
    JsonArray rows = new JsonArray();
    List<String> heads =
        shares
            ? modules.asked().stream().map(name -> "share of " + name).toList()
            : modules.asked();
    StatsTable table = new StatsTable(total || guided ? "total" : "row", "runs", heads);
    OfflineStats.Sink sink =
        (row, runs, found) -> {
          if (json()) {
            JsonObject out = OfflineStats.json(runs, found);
            if (shares) {
              OfflineStats.makeShares(out);
            }
            if (!total && !guided) {
              out.addProperty("row", row);
            }
            if (total && !guided) {
              sum.into(out);
            }
            rows.add(out);
          } else {
            table.add(
                total || guided ? "" : Long.toString(row),
                runs,
                found.stream().map(ModuleStatistics::count).toList());
            if (!guided && !found.isEmpty()) {
              table.counted(found.get(0).method());
            }
          }
        };
    if (guided) {
      statistics.guided(Decoder.JOINT, sink);
    } else if (total) {
      sum.count(sink);
    } else {
      statistics.each(sink);
    }
    if (!json()) {
      table.lines().forEach(this::print);
      if (shares) {
        note(
            "shares of the root weight, not counts: "
                + file
                + " has no masses; --skeletons, or the .spec.json that sketch writes beside it, has");
      }
      sum.notes().forEach(this::print);
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
    StatisticsQuery query = question.query(this, moduleOptions.names(this));
    try (ResketchClient client =
        access.connect(server.orElse(ServerOptions.DEFAULT_SERVER), this::wrongUse)) {
      var answer =
          ServerStats.ask(client.openCollection(collection.orElseThrow()), query, leaveOut);
      ServerStats statistics = new ServerStats(answer, question.zone());
      if (json()) {
        print(statistics.json().toString());
      } else {
        statistics.table().forEach(this::print);
      }
      return 0;
    }
  }
}
