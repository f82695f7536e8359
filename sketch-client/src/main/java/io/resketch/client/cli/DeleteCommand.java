package io.resketch.client.cli;

import com.google.gson.JsonObject;
import io.resketch.client.ResketchClient;
import io.resketch.client.SketchCollection;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Deletes runs, or a collection. */
@Command(
    name = "delete",
    description = {
      "Deletes runs of a collection, or with --all the collection itself with all it holds. For"
          + " good."
    },
    footer = {
      "  resketch delete --collection rooms run-1 run-2",
      "  resketch delete --collection rooms --all"
    })
final class DeleteCommand extends ClientCommand {
  @Parameters(
      paramLabel = "RUN",
      showDefaultValue = Visibility.NEVER,
      arity = "0..*",
      description = "Ids of runs.")
  private List<String> ids = List.of();

  @Mixin private ServerOptions serverOptions;

  @Option(
      names = "--all",
      showDefaultValue = Visibility.NEVER,
      description = "Delete the collection and all its runs.")
  private boolean all;

  @Override
  int run() {
    if (all == !ids.isEmpty()) {
      throw wrongUse("name the runs to delete, or give --all for the whole collection");
    }
    try (ResketchClient client = serverOptions.connect(this)) {
      if (all) {
        report(client.deleteCollection(serverOptions.collection(), true), 0);
        return 0;
      }
      SketchCollection collection = client.openCollection(serverOptions.collection());
      long deleted = ids.stream().filter(collection::delete).count();
      report(deleted, ids.size() - deleted);
      return 0;
    }
  }

  private void report(long deleted, long missing) {
    if (json()) {
      JsonObject out = new JsonObject();
      out.addProperty("deleted", deleted);
      out.addProperty("missing", missing);
      print(out.toString());
    } else {
      print(deleted + " deleted" + (missing == 0 ? "" : ", " + missing + " were not there"));
    }
  }
}
