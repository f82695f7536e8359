package io.resketch.client.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Properties;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The command {@code resketch}. */
@Command(
    name = "resketch",
    description = "One small vector per run of a modular network: sketch, store, search, decode.",
    synopsisSubcommandLabel = "COMMAND",
    commandListHeading = "%nCommands:%n",
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:done", "1:the work failed: bad data, or the server said no", "2:wrong use"},
    footerHeading = "%nExample:%n",
    footer = {"  resketch sketch graphs.jsonl -o sketches.npy", "  resketch sketch --help"},
    subcommands = {
      SketchCommand.class,
      DecodeCommand.class,
      UnrollCommand.class,
      TruncateCommand.class,
      CombineCommand.class,
      CompareCommand.class,
      InspectCommand.class,
      RecoverCommand.class,
      CorpusCommand.class,
      JobCommand.class,
      NetworkCommand.class,
      PutCommand.class,
      ListCommand.class,
      SearchCommand.class,
      ExplainCommand.class,
      RelatedCommand.class,
      ConceptsCommand.class,
      DeleteCommand.class,
      RetentionCommand.class,
      IndexCommand.class,
      StatsCommand.class,
      ExportCommand.class,
      ImportCommand.class,
      BackupCommand.class,
      BackupsCommand.class,
      VerifyCommand.class
    },
    versionProvider = Main.Version.class)
public final class Main implements Runnable {
  @Spec private CommandSpec spec;

  @SuppressWarnings("unused") // Read by picocli.
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean help;

  @SuppressWarnings("unused") // Read by picocli.
  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Show the version.")
  private boolean version;

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] args) {
    CommandLine commandLine = commandLine();
    commandLine.setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8));
    commandLine.setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8));
    int code = run(commandLine, System.getProperty("sun.jnu.encoding", ""), args);
    commandLine.getOut().flush();
    commandLine.getErr().flush();
    System.exit(code);
  }

  /**
   * Runs a command whose arguments are what the user wrote.
   *
   * @param encoding in which the JVM took the arguments
   */
  static int run(CommandLine commandLine, String encoding, String... args) {
    Optional<String> fault = Arguments.fault(encoding, args);
    if (fault.isPresent()) {
      commandLine.getErr().println("resketch: " + fault.get());
      return CommandLine.ExitCode.USAGE;
    }
    return commandLine.execute(args);
  }

  static CommandLine commandLine() {
    CommandLine out = new CommandLine(new Main());
    out.addSubcommand(ToolCommand.of("serve", "resketch-serve", "Run a server."));
    out.addSubcommand(
        ToolCommand.of("worker", "resketch-worker", "Do the recoveries of a server."));
    out.addSubcommand(
        ToolCommand.of("restore", "resketch-restore", "Make a data directory from a backup."));
    out.addSubcommand(
        ToolCommand.of("token", "resketch-token", "Make, list and delete the tokens of a server."));
    out.addSubcommand(
        ToolCommand.of("demo", "resketch-demo", "Run the demonstration on real street video."));
    Numbers.register(out);
    out.setExpandAtFiles(false);
    out.setUsageHelpWidth(100);
    out.setCaseInsensitiveEnumValuesAllowed(true);
    out.setParameterExceptionHandler(Main::wrongUse);
    return out;
  }

  private static int wrongUse(ParameterException e, String[] args) {
    CommandLine at = e.getCommandLine();
    at.getErr().println("resketch: " + e.getMessage());
    at.getErr().println("Try '" + at.getCommandSpec().qualifiedName() + " --help'.");
    return CommandLine.ExitCode.USAGE;
  }

  /** Called where no command is given. */
  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "name a command");
  }

  /** The version that the build wrote down. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() throws IOException {
      try (InputStream in = Main.class.getResourceAsStream("version.properties")) {
        Properties properties = new Properties();
        properties.load(in);
        return new String[] {"resketch " + properties.getProperty("version")};
      }
    }
  }
}
