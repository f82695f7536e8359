package io.resketch.client.cli;

import io.resketch.client.ResketchClient;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which collection of which server. */
final class ServerOptions {
  static final String DEFAULT_SERVER = "127.0.0.1:7420";

  @Option(
      names = "--server",
      paramLabel = "HOST:PORT",
      defaultValue = DEFAULT_SERVER,
      description = "Address of the server.")
  private String server;

  @Option(
      names = "--collection",
      paramLabel = "ID",
      required = true,
      description = "Id of the collection.")
  private String collection;

  @Mixin private AccessOptions access;

  /** A client of the server, or an error of use. */
  ResketchClient connect(ClientCommand command) {
    return access.connect(server, command::wrongUse);
  }

  /** A client of another server, with the same encryption and a token of its own. */
  ResketchClient connect(ClientCommand command, String other, Optional<String> token) {
    return access.connect(other, token, command::wrongUse);
  }

  String collection() {
    return collection;
  }
}
