package io.resketch.client.cli;

import com.google.gson.JsonObject;
import com.google.protobuf.util.Durations;
import io.resketch.client.NetworkRecoveryJob;
import io.resketch.client.ResketchClient;
import io.resketch.core.recovery.RecoveryOptions;
import io.resketch.v1.RecoveryParameters;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Starts a recovery on a server. */
@Command(
    name = "start",
    description = {
      "Starts a job that recovers a network from the pairs a corpus holds now; prints its id. A"
          + " worker takes it when one is free."
    },
    footer = {
      "  resketch job start rooms --nonnegative",
      "  resketch job start rooms --nonnegative --max-pairs 20000 --budget 2h --watch"
    })
final class JobStartCommand extends ClientCommand {
  @Parameters(paramLabel = "CORPUS", description = "Id of the corpus.")
  private String corpus;

  @Mixin private ServerAddress server;

  @Mixin private LearningOptions learning;

  @Option(
      names = "--max-pairs",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Learn from a random sample of so many pairs, where there are more (default: 32,768, or as"
              + " many as make 2^26 floats, if that is fewer). All pairs are then predicted.",
      showDefaultValue = Visibility.NEVER)
  private long maxPairs;

  @Option(
      names = "--budget",
      paramLabel = "TIME",
      converter = BucketLength.LengthConverter.class,
      description = "Work after which the job fails, such as 30m or 2h. Default: 24h.")
  private Optional<Duration> budget;

  @Option(
      names = "--watch",
      showDefaultValue = Visibility.NEVER,
      description = "Wait for the end, as job watch does.")
  private boolean watch;

  @Override
  int run() {
    RecoveryOptions options = learning.options();
    RecoveryParameters.Builder parameters =
        RecoveryParameters.newBuilder()
            .setNonnegative(options.nonnegative())
            .setHoldOut(options.holdOut())
            .setSeed(options.seed())
            .setRank(options.rank().orElse(0))
            .setMaxPairs(maxPairs);
    budget.ifPresent(time -> parameters.setBudget(Durations.fromMillis(time.toMillis())));
    try (ResketchClient client = server.connect(this)) {
      NetworkRecoveryJob job = client.recovery().openCorpus(corpus).recover(parameters.build());
      if (watch) {
        return JobCommand.watch(this, job);
      }
      if (json()) {
        JsonObject out = new JsonObject();
        out.addProperty("name", job.name());
        print(out.toString());
      } else {
        print(job.id());
      }
      return 0;
    }
  }
}
