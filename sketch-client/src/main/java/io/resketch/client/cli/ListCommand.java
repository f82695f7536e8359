package io.resketch.client.cli;

import com.google.gson.JsonObject;
import io.resketch.client.ResketchClient;
import io.resketch.client.SketchCollection;
import io.resketch.client.StoredSketch;
import io.resketch.client.TimeRange;
import java.time.Instant;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists collections, or the runs of one. */
@Command(
    name = "list",
    description = {
      "Lists the collections of a server, or the runs of one collection in order of time.",
      "",
      "With --json, a JSON object a line."
    },
    footer = {
      "  resketch list",
      "  resketch list --collection rooms --filter 'label.camera = door AND"
          + " time >= 2026-11-23T08:00:00Z'"
    })
final class ListCommand extends ClientCommand {
  @Mixin private ServerAddress server;

  @Option(
      names = "--collection",
      paramLabel = "ID",
      description = "Id of the collection. Default: list the collections themselves.")
  private Optional<String> collection;

  @Option(
      names = "--filter",
      paramLabel = "FILTER",
      defaultValue = "",
      showDefaultValue = Visibility.NEVER,
      description = "Only runs that pass.")
  private String filter;

  @Override
  int run() {
    if (collection.isEmpty() && !filter.isEmpty()) {
      throw wrongUse("--filter is of runs; give their --collection");
    }
    try (ResketchClient client = server.connect(this)) {
      if (collection.isEmpty()) {
        client.collections().forEach(this::collection);
      } else {
        client
            .openCollection(collection.get())
            .listWithoutSketches(TimeRange.all(), filter)
            .forEach(this::run);
      }
      return 0;
    }
  }

  private void collection(SketchCollection found) {
    var described = found.describe();
    if (!json()) {
      print(found.id() + "  " + described.getSketchCount() + " runs");
      return;
    }
    JsonObject out = new JsonObject();
    out.addProperty("id", found.id());
    out.addProperty("runs", described.getSketchCount());
    out.addProperty("sketchBytes", described.getSketchBytes());
    out.addProperty("skeletonBytes", described.getSkeletonBytes());
    out.addProperty("modules", described.getModulesCount());
    print(out.toString());
  }

  private void run(StoredSketch stored) {
    if (!json()) {
      String time = stored.time().map(Instant::toString).orElse("-");
      String labels = stored.labels().isEmpty() ? "" : "  " + stored.labels();
      print(stored.id() + "  " + time + labels);
      return;
    }
    JsonObject labels = new JsonObject();
    stored.labels().forEach(labels::addProperty);
    JsonObject out = new JsonObject();
    out.addProperty("id", stored.id());
    stored.time().ifPresent(time -> out.addProperty("time", time.toString()));
    out.add("labels", labels);
    print(out.toString());
  }
}
