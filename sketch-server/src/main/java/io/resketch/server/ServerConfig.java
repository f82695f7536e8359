package io.resketch.server;

import io.resketch.core.InvalidInputException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a server needs to know.
 *
 * @param dataDirectory everything the server keeps lies below it; made if missing
 * @param host address to listen on; loopback only, as there is no encryption
 * @param port of gRPC, 0 for any free one
 * @param httpPort of metrics and health over HTTP, 0 for any free one
 * @param backupDirectory where backups go; without one none are made
 */
public record ServerConfig(
    Path dataDirectory, String host, int port, int httpPort, Optional<Path> backupDirectory) {
  public static final int DEFAULT_PORT = 7420;
  public static final int DEFAULT_HTTP_PORT = 7421;
  private static final int MAX_PORT = 65535;

  /**
   * Checks the parameters.
   *
   * @throws InvalidInputException if the host is not a loopback address, a port is out of range, or
   *     one of the directories lies in the other
   */
  public ServerConfig {
    try {
      if (!InetAddress.getByName(host).isLoopbackAddress()) {
        throw new InvalidInputException(
            "host",
            host + " is not a loopback address; without encryption only 127.0.0.1 or ::1 is safe");
      }
    } catch (UnknownHostException e) {
      throw new InvalidInputException("host", host + " is not known; use 127.0.0.1");
    }
    checkPort("port", port);
    checkPort("httpPort", httpPort);
    if (backupDirectory.isPresent()) {
      Path data = dataDirectory.toAbsolutePath().normalize();
      Path backups = backupDirectory.get().toAbsolutePath().normalize();
      if (backups.startsWith(data) || data.startsWith(backups)) {
        throw new InvalidInputException(
            "backupDirectory",
            backups + " and the data in " + data + " must lie apart; choose another directory");
      }
    }
  }

  /** Without backups. */
  public ServerConfig(Path dataDirectory, String host, int port, int httpPort) {
    this(dataDirectory, host, port, httpPort, Optional.empty());
  }

  private static void checkPort(String field, int value) {
    if (value < 0 || value > MAX_PORT) {
      throw new InvalidInputException(field, value + " must be 0 to " + MAX_PORT);
    }
  }

  /** Defaults: 127.0.0.1, ports 7420 and 7421. */
  public static ServerConfig of(Path dataDirectory) {
    return new ServerConfig(dataDirectory, "127.0.0.1", DEFAULT_PORT, DEFAULT_HTTP_PORT);
  }

  /** The same with another gRPC port. */
  public ServerConfig withPort(int newPort) {
    return new ServerConfig(dataDirectory, host, newPort, httpPort, backupDirectory);
  }

  /** The same with another HTTP port. */
  public ServerConfig withHttpPort(int newPort) {
    return new ServerConfig(dataDirectory, host, port, newPort, backupDirectory);
  }

  /** The same with a directory for backups. */
  public ServerConfig withBackupDirectory(Path directory) {
    return new ServerConfig(dataDirectory, host, port, httpPort, Optional.of(directory));
  }
}
