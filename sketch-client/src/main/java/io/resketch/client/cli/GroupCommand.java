package io.resketch.client.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A command that has commands. */
@Command(
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:done", "1:the work failed: bad data, or the server said no", "2:wrong use"},
    footerHeading = "%nExample:%n")
abstract class GroupCommand implements Runnable {
  @Spec private CommandSpec spec;

  @SuppressWarnings("unused") // Read by picocli.
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean help;

  /** Called where no command is given. */
  @Override
  public final void run() {
    throw new ParameterException(spec.commandLine(), "name a command");
  }
}
