package io.resketch.server;

import io.resketch.server.index.SketchIndexes;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/** {@code resketch serve} with leases that end soon, for which the command has no option. */
public final class ShortLeases {
  private ShortLeases() {}

  /** Serves at a port, 0 for any, what is in a directory. */
  public static void main(String[] args) throws IOException {
    ResketchServer server =
        ResketchServer.start(
            new ServerConfig(Path.of(args[0]), "127.0.0.1", Integer.parseInt(args[1]), 0),
            SketchIndexes.DEFAULT_THRESHOLD,
            Duration.ofSeconds(4));
    System.out.printf("resketch serving gRPC on 127.0.0.1:%d, HTTP on%n", server.port());
  }
}
