package io.resketch.client.cli;

import static java.util.stream.Collectors.joining;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.protobuf.util.Durations;
import io.resketch.client.ResketchClient;
import io.resketch.client.files.JsonLinesWriter;
import io.resketch.v1.PredictionCheck;
import io.resketch.v1.RecoveredNetwork;
import io.resketch.v1.RecoveryStage;
import io.resketch.v1.SetAsidePairs;
import io.resketch.wire.Networks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The recovered networks of a server. */
@Command(
    name = "network",
    description = "The networks that jobs have recovered; each has the id of its job.",
    footer = {"  resketch network list", "  resketch network get ID -o out/"},
    subcommands = {
      NetworkCommand.ListAll.class,
      NetworkCommand.Get.class,
      NetworkCommand.Delete.class
    })
final class NetworkCommand extends GroupCommand {
  private static String line(RecoveredNetwork network) {
    return String.format(
        Locale.ROOT,
        "%s  %s: %d columns of %,d floats, %d of them exact, %d objects, relative error on held-out"
            + " pairs %.2g%s, %d not identified%s",
        network.getName().substring(network.getName().lastIndexOf('/') + 1),
        network.getCorpus(),
        network.getColumnCount(),
        network.getDimension(),
        network.getExactColumnCount(),
        network.getObjectsCount(),
        network.getHeldOutRelativeError(),
        words(network.getPredictionCheck()),
        network.getUnidentifiedCount(),
        setAside(network.getSetAsideList()));
  }

  /** How many pairs nothing was learned from, and why; nothing where there are none. */
  static String setAside(List<SetAsidePairs> some) {
    return some.stream()
        .map(
            pairs ->
                String.format(
                    Locale.ROOT,
                    ", %,d pairs set aside %s",
                    pairs.getPairCount(),
                    pairs.getReason()))
        .collect(joining());
  }

  /** How all pairs are predicted; nothing of a check of none. */
  static String words(PredictionCheck check) {
    return check.getPairCount() == 0
        ? ""
        : String.format(
            Locale.ROOT,
            ", of all %,d pairs %.6g %% predicted, relative error %.2g",
            check.getPairCount(),
            100 * check.getPredictedShare(),
            check.getRelativeError());
  }

  private static void print(ClientCommand command, RecoveredNetwork network) {
    command.print(command.json() ? JsonLinesWriter.line(network) : line(network));
  }

  /** Lists all. */
  @Command(
      name = "list",
      description =
          "Lists recovered networks; with --json one resketch.v1.RecoveredNetwork a line.",
      footer = "  resketch network list")
  static final class ListAll extends ClientCommand {
    @Mixin private ServerAddress server;

    @Override
    int run() {
      try (ResketchClient client = server.connect(this)) {
        client.recovery().networks().forEach(network -> NetworkCommand.print(this, network));
        return 0;
      }
    }
  }

  /** Gets one. */
  @Command(
      name = "get",
      description = {
        "Says what was recovered; with -o writes the network as resketch recover does, but for"
            + " codes.npy: codes are of pairs and are not kept.",
        "",
        "With --json answers resketch.v1.RecoveredNetwork without its arrays; with -o the report."
      },
      footer = "  resketch network get ID -o out/")
  static final class Get extends ClientCommand {
    @Parameters(paramLabel = "ID", description = "Id of the network, that of its job.")
    private String id;

    @Mixin private ServerAddress server;

    @Option(
        names = {"-o", "--output"},
        paramLabel = "DIR",
        description = "Directory of the files; made if it is not there.")
    private Optional<Path> output;

    @Override
    int run() throws IOException {
      try (ResketchClient client = server.connect(this)) {
        if (output.isEmpty()) {
          NetworkCommand.print(this, client.recovery().describeNetwork(id));
          return 0;
        }
        RecoveredNetwork network = client.recovery().network(id);
        Files.createDirectories(output.get());
        JsonObject report =
            new RecoveryFiles(Networks.network(network), check(network))
                .write(output.get(), stages(network), OptionalDouble.empty());
        print(json() ? report.toString() : line(network));
        return 0;
      }
    }

    private static Optional<PredictionCheck> check(RecoveredNetwork network) {
      return network.hasPredictionCheck()
          ? Optional.of(network.getPredictionCheck())
          : Optional.empty();
    }

    private static JsonArray stages(RecoveredNetwork network) {
      JsonArray out = new JsonArray();
      for (RecoveryStage stage : network.getStagesList()) {
        JsonObject entry = new JsonObject();
        entry.addProperty("stage", stage.getStage());
        entry.addProperty("startSeconds", Durations.toMillis(stage.getStart()) / 1e3);
        out.add(entry);
      }
      return out;
    }
  }

  /** Deletes one. */
  @Command(
      name = "delete",
      description = "Deletes a recovered network, for good.",
      footer = "  resketch network delete ID")
  static final class Delete extends ClientCommand {
    @Parameters(paramLabel = "ID", description = "Id of the network.")
    private String id;

    @Mixin private ServerAddress server;

    @Override
    int run() {
      try (ResketchClient client = server.connect(this)) {
        client.recovery().deleteNetwork(id);
        return 0;
      }
    }
  }
}
