package io.resketch.client.cli;

import io.resketch.client.ResketchClient;
import io.resketch.client.files.JsonLinesWriter;
import io.resketch.core.stats.Estimate;
import io.resketch.v1.ExplainResponse;
import io.resketch.v1.ModuleContribution;
import io.resketch.v1.PairContribution;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Explains the similarity of two stored runs. */
@Command(
    name = "explain",
    description = {
      "Says what carries the similarity of two stored runs: the strongest pairs of objects where"
          + " both were stored with skeletons, else the modules, with the half width of the 95 %%"
          + " interval.",
      "",
      "With --json, the JSON form of resketch.v1.ExplainResponse."
    },
    footer = {"  resketch explain --collection rooms run-1 run-2"})
final class ExplainCommand extends ClientCommand {
  @Parameters(index = "0", paramLabel = "LEFT", description = "Id of a run.")
  private String left;

  @Parameters(index = "1", paramLabel = "RIGHT", description = "Id of another.")
  private String right;

  @Mixin private ServerOptions serverOptions;

  @Option(
      names = "--pairs",
      paramLabel = "N",
      defaultValue = "10",
      description = "Pairs of objects, 1 to 100.")
  private int pairs;

  @Override
  int run() {
    if (pairs < 1) {
      throw wrongUse("--pairs: " + pairs + " must be 1 to 100");
    }
    try (ResketchClient client = serverOptions.connect(this)) {
      ExplainResponse found =
          client.openCollection(serverOptions.collection()).explain(left, right, pairs);
      if (json()) {
        print(JsonLinesWriter.line(found));
      } else {
        report(found);
      }
      return 0;
    }
  }

  private void report(ExplainResponse found) {
    print(String.format(Locale.ROOT, "cosine %.4f", found.getCosine()));
    for (PairContribution pair : found.getObjects().getPairsList()) {
      print(
          String.format(
              Locale.ROOT,
              "%+.4f  %s (%s) with %s (%s)",
              pair.getContribution(),
              pair.getLeftObjectId(),
              pair.getLeftModule(),
              pair.getRightObjectId(),
              pair.getRightModule()));
    }
    for (ModuleContribution module : found.getModules().getModulesList()) {
      print(
          module.getDetermined()
              ? String.format(
                  Locale.ROOT,
                  "%+.4f ± %.4f  %s",
                  module.getContribution(),
                  Estimate.QUANTILE_95 * module.getStandardError(),
                  module.getModule())
              : "?  " + module.getModule() + ": " + module.getReason());
    }
  }
}
