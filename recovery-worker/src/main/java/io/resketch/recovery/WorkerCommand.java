package io.resketch.recovery;

import io.resketch.client.ResketchClient;
import io.resketch.client.ResketchException;
import io.resketch.client.cli.AccessOptions;
import io.resketch.client.cli.EngineOptions;
import io.resketch.core.recovery.EngineProvider;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code resketch worker}. */
@Command(
    name = "resketch worker",
    description = {
      "Does the recoveries that are started on a server (resketch job start), one after the other,"
          + " until it is told to stop (SIGTERM or Ctrl-C); then it gives its job back, and another"
          + " worker goes on from the last checkpoint.",
      "",
      "The pairs that a job learns from must fit in memory; 2 GiB are enough where the job does not"
          + " say how many. RESKETCH_JAVA_OPTS=-Xmx8g gives it 8 GiB."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:stopped as told", "1:the server refuses its token", "2:wrong usage"},
    footer = {
      "",
      "Example:",
      "  resketch worker --server 127.0.0.1:7420",
      "  RESKETCH_TOKEN=rskt_… resketch worker --server sketches.example.com:7420 --tls"
    })
final class WorkerCommand implements Callable<Integer> {
  private static final String LOGBACK_FILE = "logback.configurationFile";
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._~-]{1,200}");

  /** How long a stage may go on before the job is given back without waiting for its end. */
  private static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(8);

  @Spec private CommandSpec spec;

  @Option(
      names = "--server",
      paramLabel = "HOST:PORT",
      defaultValue = "127.0.0.1:7420",
      description = "Address of the server (default ${DEFAULT-VALUE}).")
  private String server;

  @Mixin private AccessOptions access;

  @Option(
      names = "--name",
      description =
          "How it is called in its jobs: 1 to 200 characters of [A-Za-z0-9._~-] (default: host and"
              + " process).")
  private Optional<String> name = Optional.empty();

  @Mixin private EngineOptions engineOptions;

  @Option(
      names = "--max-memory-pairs",
      paramLabel = "N",
      description = "Pairs to hold in memory at most (default: what the heap has room for).")
  private Optional<Long> maxPairs = Optional.empty();

  private volatile int code = CommandLine.ExitCode.OK;

  @Override
  public Integer call() {
    if (System.getProperty(LOGBACK_FILE) == null) {
      System.setProperty(LOGBACK_FILE, "io/resketch/recovery/logback-worker.xml");
    }
    WorkerOptions options = options();
    try (ResketchClient client = access.connect(server, this::wrongUse);
        EngineProvider.Engine engine = engineOptions.open(this::wrongUse)) {
      RecoveryWorker worker = new RecoveryWorker(client, options, engine);
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    worker.drain(DRAIN_TIMEOUT);
                    Runtime.getRuntime().halt(code); // not 143, 128 + SIGTERM
                  },
                  "resketch-drain"));
      spec.commandLine()
          .getOut()
          .printf(
              Locale.ROOT,
              "resketch worker %s for %s, %,d MiB of memory%n",
              options.name(),
              server,
              Runtime.getRuntime().maxMemory() >> 20);
      spec.commandLine().getOut().flush();
      worker.run();
      return CommandLine.ExitCode.OK;
    } catch (ResketchException e) {
      spec.commandLine().getErr().println("resketch worker: " + WorkerCalls.line(e));
      code = CommandLine.ExitCode.SOFTWARE;
      return code;
    }
  }

  private WorkerOptions options() {
    String called = name.orElseGet(WorkerCommand::hostAndProcess);
    if (!NAME.matcher(called).matches()) {
      throw wrongUse("--name: \"" + called + "\" is not 1 to 200 characters of [A-Za-z0-9._~-]");
    }
    return new WorkerOptions(called, maxPairs.map(OptionalLong::of).orElse(OptionalLong.empty()));
  }

  private static String hostAndProcess() {
    String host;
    try {
      host = InetAddress.getLocalHost().getHostName().replaceAll("[^A-Za-z0-9._~-]", "-");
    } catch (UnknownHostException e) {
      host = "worker"; // A machine need not know its name.
    }
    return host.substring(0, Math.min(host.length(), 150)) + "-" + ProcessHandle.current().pid();
  }

  private ParameterException wrongUse(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
