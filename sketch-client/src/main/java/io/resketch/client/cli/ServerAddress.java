package io.resketch.client.cli;

import io.resketch.client.ResketchClient;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which server, as a whole. */
final class ServerAddress {
  @Option(
      names = "--server",
      paramLabel = "HOST:PORT",
      defaultValue = ServerOptions.DEFAULT_SERVER,
      description = "Address of the server.")
  private String server;

  @Mixin private AccessOptions access;

  /** A client of the server, or an error of use. */
  ResketchClient connect(ClientCommand command) {
    return access.connect(server, command::wrongUse);
  }
}
