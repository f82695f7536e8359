package io.resketch.server;

import io.resketch.core.InvalidInputException;
import io.resketch.server.storage.StorageException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code resketch serve}. */
@Command(
    name = "resketch serve",
    description = "Runs a server until it is told to stop (SIGTERM or Ctrl-C).",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:stopped as told", "1:could not start, and says why", "2:wrong usage"},
    footer = {
      "",
      "Example:",
      "  resketch serve --data /var/lib/resketch",
      "  resketch serve --host 0.0.0.0 --tokens tokens --tls-cert server.pem --tls-key server.key"
    })
final class ServeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      defaultValue = "resketch-data",
      description = "Where everything is kept (default ./${DEFAULT-VALUE}).")
  private Path data;

  @Option(
      names = "--host",
      defaultValue = "127.0.0.1",
      description =
          "Address to listen on; other than loopback only with --tokens and --tls-cert (default"
              + " ${DEFAULT-VALUE}).")
  private String host;

  @Option(
      names = "--port",
      defaultValue = "" + ServerConfig.DEFAULT_PORT,
      description = "Port of gRPC, 0 for any (default ${DEFAULT-VALUE}).")
  private int port;

  @Option(
      names = "--http-port",
      defaultValue = "" + ServerConfig.DEFAULT_HTTP_PORT,
      description = "Port of /metrics and /healthz, 0 for any (default ${DEFAULT-VALUE}).")
  private int httpPort;

  @Option(
      names = "--backup-dir",
      paramLabel = "DIR",
      description = "Where backups go, apart from the data; without it none can be made.")
  private Optional<Path> backups = Optional.empty();

  @Option(
      names = "--tokens",
      paramLabel = "FILE",
      description =
          "Tokens that calls need (resketch token); without it every call is answered. Changes"
              + " hold within a second.")
  private Optional<Path> tokens = Optional.empty();

  @Option(
      names = "--tls-cert",
      paramLabel = "FILE.pem",
      description = "Certificate with its chain; calls are encrypted then.")
  private Optional<Path> certificate = Optional.empty();

  @Option(
      names = "--tls-key",
      paramLabel = "FILE.pem",
      description = "Its key, PKCS #8, not encrypted.")
  private Optional<Path> key = Optional.empty();

  @Override
  public Integer call() throws InterruptedException {
    if (certificate.isPresent() != key.isPresent()) {
      throw new ParameterException(spec.commandLine(), "--tls-cert and --tls-key go together");
    }
    Optional<ServerConfig.Tls> tls = certificate.map(pem -> new ServerConfig.Tls(pem, key.get()));
    ResketchServer server;
    ServerConfig config;
    try {
      config = new ServerConfig(data, host, port, httpPort, backups, tokens, tls);
      server = ResketchServer.start(config);
    } catch (InvalidInputException | StorageException e) {
      return fail(e.getMessage());
    } catch (IOException e) {
      String cause = e.getCause() == null ? "" : ": " + e.getCause().getMessage();
      return fail(e.getMessage() + cause + "; choose another --port");
    } catch (io.javalin.util.JavalinException e) {
      return fail("HTTP port " + httpPort + ": " + e.getMessage() + "; choose another --http-port");
    }
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  server.close();
                  Runtime.getRuntime().halt(CommandLine.ExitCode.OK); // not 143, 128 + SIGTERM
                },
                "resketch-drain"));
    spec.commandLine()
        .getOut()
        .printf(
            Locale.ROOT,
            "resketch serving gRPC on %s:%d, HTTP on %s:%d, data in %s%n",
            host,
            server.port(),
            config.httpHost(),
            server.httpPort(),
            data.toAbsolutePath().normalize());
    spec.commandLine().getOut().flush();
    new CountDownLatch(1).await(); // the hook ends the process
    return CommandLine.ExitCode.OK;
  }

  private int fail(String message) {
    spec.commandLine().getErr().println("resketch serve: " + message);
    return CommandLine.ExitCode.SOFTWARE;
  }
}
