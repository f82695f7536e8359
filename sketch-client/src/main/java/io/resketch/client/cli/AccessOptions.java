package io.resketch.client.cli;

import io.resketch.client.Connection;
import io.resketch.client.ResketchClient;
import io.resketch.core.InvalidInputException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Function;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** How a server is spoken to; options of all commands that call one. */
public final class AccessOptions {
  @Option(
      names = "--token",
      paramLabel = "TOKEN",
      defaultValue = "${env:RESKETCH_TOKEN}",
      showDefaultValue = Visibility.NEVER,
      description =
          "What the server knows you by. Default: the environment variable RESKETCH_TOKEN, which"
              + " other users of the machine do not see.")
  private Optional<String> token;

  @Option(
      names = "--tls",
      showDefaultValue = Visibility.NEVER,
      description = "Encrypt; the server's certificate must be one that Java trusts.")
  private boolean tls;

  @Option(
      names = "--tls-ca",
      paramLabel = "FILE.pem",
      defaultValue = "${env:RESKETCH_TLS_CA}",
      showDefaultValue = Visibility.NEVER,
      description =
          "Encrypt; the server's certificate must be issued by one of these, or be it. Default: the"
              + " environment variable RESKETCH_TLS_CA.")
  private Optional<Path> authorities;

  /**
   * A client of a server.
   *
   * @param server HOST:PORT
   * @param wrongUse makes the error of use that is thrown if an option is not what it should be
   */
  public ResketchClient connect(String server, Function<String, ParameterException> wrongUse) {
    return connect(server, token, wrongUse);
  }

  /** As above, with another token. */
  ResketchClient connect(
      String server, Optional<String> secret, Function<String, ParameterException> wrongUse) {
    Optional<Path> pem = authorities.filter(file -> !file.toString().isEmpty());
    try {
      Connection connection =
          new Connection(
              server, secret.filter(given -> !given.isEmpty()), tls || pem.isPresent(), pem);
      return ResketchClient.connect(connection);
    } catch (InvalidInputException e) {
      String option = e.field().equals("target") ? "--server" : "--" + e.field();
      throw wrongUse.apply(option + e.getMessage().substring(e.field().length()));
    }
  }
}
