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
 * @param host address to listen on; other than loopback only with {@code tls} and {@code tokens}
 * @param port of gRPC, 0 for any free one
 * @param httpPort of metrics and health over HTTP, 0 for any free one; on {@code host} if it is
 *     loopback, else on 127.0.0.1
 * @param backupDirectory where backups go; without one none are made
 * @param tokens file of the tokens that calls need; without one they need none
 * @param tls certificate and key; without them there is no encryption
 */
public record ServerConfig(
    Path dataDirectory,
    String host,
    int port,
    int httpPort,
    Optional<Path> backupDirectory,
    Optional<Path> tokens,
    Optional<Tls> tls) {
  /**
   * Files in PEM. What replaces them is taken up within a minute.
   *
   * @param certificate with its chain
   * @param key PKCS #8, not encrypted
   */
  public record Tls(Path certificate, Path key) {}

  public static final int DEFAULT_PORT = 7420;
  public static final int DEFAULT_HTTP_PORT = 7421;
  private static final int MAX_PORT = 65535;
  private static final String LOOPBACK = "127.0.0.1";

  /**
   * Checks the parameters.
   *
   * @throws InvalidInputException if the host is not a loopback address and there are not both
   *     tokens and TLS, a port is out of range, or one of the directories lies in the other
   */
  public ServerConfig {
    if (!isLoopback(host) && (tokens.isEmpty() || tls.isEmpty())) {
      throw new InvalidInputException(
          "host",
          host
              + " is not a loopback address; give tokens and TLS, too, or use 127.0.0.1 or ::1,"
              + " which are safe without");
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
    this(dataDirectory, host, port, httpPort, Optional.empty(), Optional.empty(), Optional.empty());
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new InvalidInputException("host", host + " is not known; use 127.0.0.1");
    }
  }

  /** Where metrics and health are, which have no encryption. */
  String httpHost() {
    return isLoopback(host) ? host : LOOPBACK;
  }

  private static void checkPort(String field, int value) {
    if (value < 0 || value > MAX_PORT) {
      throw new InvalidInputException(field, value + " must be 0 to " + MAX_PORT);
    }
  }

  /** Defaults: 127.0.0.1, ports 7420 and 7421. */
  public static ServerConfig of(Path dataDirectory) {
    return new ServerConfig(dataDirectory, LOOPBACK, DEFAULT_PORT, DEFAULT_HTTP_PORT);
  }

  /** The same with another gRPC port. */
  public ServerConfig withPort(int newPort) {
    return new ServerConfig(dataDirectory, host, newPort, httpPort, backupDirectory, tokens, tls);
  }

  /** The same with another HTTP port. */
  public ServerConfig withHttpPort(int newPort) {
    return new ServerConfig(dataDirectory, host, port, newPort, backupDirectory, tokens, tls);
  }

  /** The same with a directory for backups. */
  public ServerConfig withBackupDirectory(Path directory) {
    return new ServerConfig(
        dataDirectory, host, port, httpPort, Optional.of(directory), tokens, tls);
  }

  /** The same with tokens. */
  public ServerConfig withTokens(Path file) {
    return new ServerConfig(
        dataDirectory, host, port, httpPort, backupDirectory, Optional.of(file), tls);
  }
}
