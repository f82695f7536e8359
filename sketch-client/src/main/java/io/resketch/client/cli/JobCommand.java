package io.resketch.client.cli;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.util.Durations;
import io.resketch.client.NetworkRecoveryJob;
import io.resketch.client.RecoveryStatus;
import io.resketch.client.RecoveryWatch;
import io.resketch.client.ResketchClient;
import io.resketch.client.files.JsonLinesWriter;
import io.resketch.v1.RecoverNetworkResponse;
import io.resketch.v1.RecoveryJob;
import io.resketch.v1.RecoveryProgress;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The recoveries of a server. */
@Command(
    name = "job",
    description = {
      "Recovers networks on a server: starts jobs, which workers (resketch worker) do, and tells how"
          + " they go on.",
      "",
      "With --json a job is the JSON form of resketch.v1.RecoveryJob, and once it has ended it has"
          + " `response` (resketch.v1.RecoverNetworkResponse) or `error`, too."
    },
    footer = {
      "  resketch job start rooms --nonnegative --watch",
      "  resketch network get ID -o out/"
    },
    subcommands = {
      JobStartCommand.class,
      JobCommand.ListAll.class,
      JobCommand.Show.class,
      JobCommand.Watch.class,
      JobCommand.Cancel.class,
      JobCommand.Delete.class
    })
final class JobCommand extends GroupCommand {
  private static void print(ClientCommand command, RecoveryStatus status) {
    command.print(command.json() ? json(status) : line(status));
  }

  private static String json(RecoveryStatus status) {
    JsonObject out = JsonParser.parseString(JsonLinesWriter.line(status.job())).getAsJsonObject();
    status
        .response()
        .ifPresent(
            found -> out.add("response", JsonParser.parseString(JsonLinesWriter.line(found))));
    status.error().ifPresent(why -> out.addProperty("error", why.getMessage()));
    return out.toString();
  }

  private static String line(RecoveryStatus status) {
    RecoveryJob job = status.job();
    StringBuilder out =
        new StringBuilder(status.id())
            .append("  ")
            .append(job.getState().name().substring("STATE_".length()).toLowerCase(Locale.ROOT))
            .append("  ")
            .append(job.getCorpus());
    if (!status.ended() && job.hasProgress()) {
      RecoveryProgress progress = job.getProgress();
      out.append("  ").append(progress.getStage());
      if (progress.getAll() > 1) {
        out.append(' ').append(progress.getDone()).append(" of ").append(progress.getAll());
      }
    }
    if (job.hasWork()) {
      out.append(
          String.format(Locale.ROOT, "  %.0f s of work", Durations.toMillis(job.getWork()) / 1e3));
    }
    if (!job.getWorker().isEmpty()) {
      out.append("  ").append(job.getWorker());
    }
    status.response().ifPresent(found -> out.append("  ").append(line(found)));
    status
        .response()
        .map(RecoverNetworkResponse::getSummary)
        .filter(summary -> !summary.isEmpty())
        .ifPresent(summary -> out.append("; ").append(summary));
    status.error().ifPresent(why -> out.append("  ").append(why.getMessage()));
    return out.toString();
  }

  private static String line(RecoverNetworkResponse found) {
    return String.format(
        Locale.ROOT,
        "%s: %d columns, %d of them exact, %d objects, %d edges, relative error on held-out pairs"
            + " %.2g%s, %d not identified%s",
        found.getNetwork(),
        found.getColumnCount(),
        found.getExactColumnCount(),
        found.getObjectCount(),
        found.getEdgeCount(),
        found.getHeldOutRelativeError(),
        NetworkCommand.words(found.getPredictionCheck()),
        found.getUnidentifiedCount(),
        NetworkCommand.setAside(found.getSetAsideList()));
  }

  /**
   * Tells each change until the job has ended; the last line is the answer.
   *
   * @return 0 if there is a network
   */
  static int watch(ClientCommand command, NetworkRecoveryJob job) {
    try (RecoveryWatch watch = job.watch()) {
      while (watch.hasNext()) {
        RecoveryStatus status = watch.next();
        if (command.json() || status.ended()) {
          print(command, status);
        } else {
          command.note(line(status));
        }
        if (status.ended()) {
          return status.response().isPresent() ? 0 : 1;
        }
      }
    }
    return 1;
  }

  /** Lists all. */
  @Command(
      name = "list",
      description = "Lists jobs, those that have ended, too; with --json one a line.",
      footer = {
        "  resketch job list",
        "  resketch job list --filter 'corpus = \"corpora/rooms\" AND state = \"RUNNING\"'"
      })
  static final class ListAll extends ClientCommand {
    @Mixin private ServerAddress server;

    @Option(
        names = "--filter",
        paramLabel = "FILTER",
        defaultValue = "",
        showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
        description = "Only jobs of a corpus or state.")
    private String filter;

    @Override
    int run() {
      try (ResketchClient client = server.connect(this)) {
        client.recovery().jobs(filter).forEach(status -> JobCommand.print(this, status));
        return 0;
      }
    }
  }

  /** What is asked of one job. */
  abstract static class OfOne extends ClientCommand {
    @Parameters(paramLabel = "ID", description = "Id of the job.")
    private String id;

    @Mixin private ServerAddress server;

    abstract int run(NetworkRecoveryJob job);

    @Override
    final int run() {
      try (ResketchClient client = server.connect(this)) {
        return run(client.recovery().job(id));
      }
    }
  }

  /** Shows one. */
  @Command(
      name = "show",
      description = "Says where a job stands.",
      footer = "  resketch job show ID")
  static final class Show extends OfOne {
    @Override
    int run(NetworkRecoveryJob job) {
      JobCommand.print(this, job.status());
      return 0;
    }
  }

  /** Watches one. */
  @Command(
      name = "watch",
      description = {
        "Tells how a job goes on until it has ended; then exits with 0 if there is a network.",
        "",
        "With --json one line for every change."
      },
      footer = "  resketch job watch ID")
  static final class Watch extends OfOne {
    @Override
    int run(NetworkRecoveryJob job) {
      return watch(this, job);
    }
  }

  /** Cancels one. */
  @Command(
      name = "cancel",
      description = "Asks for the end of a job; a worker that is at it hears it within seconds.",
      footer = "  resketch job cancel ID")
  static final class Cancel extends OfOne {
    @Override
    int run(NetworkRecoveryJob job) {
      job.cancel();
      JobCommand.print(this, job.status());
      return 0;
    }
  }

  /** Deletes one. */
  @Command(
      name = "delete",
      description = "Forgets a job that has ended; its network stays.",
      footer = "  resketch job delete ID")
  static final class Delete extends OfOne {
    @Override
    int run(NetworkRecoveryJob job) {
      job.delete();
      return 0;
    }
  }
}
