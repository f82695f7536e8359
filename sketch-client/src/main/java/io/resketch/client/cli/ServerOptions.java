package io.resketch.client.cli;

import io.resketch.client.ResketchClient;
import io.resketch.core.InvalidInputException;
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

  /** A client of the server, or an error of use. */
  ResketchClient connect(ClientCommand command) {
    return connect(command, server);
  }

  /** A client of the server at an address, or an error of use. */
  static ResketchClient connect(ClientCommand command, String server) {
    try {
      return ResketchClient.connect(server);
    } catch (InvalidInputException e) {
      throw command.wrongUse("--server" + e.getMessage().substring(e.field().length()));
    }
  }

  String collection() {
    return collection;
  }
}
