package io.resketch.client.cli;

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

  String server() {
    return server;
  }

  String collection() {
    return collection;
  }
}
