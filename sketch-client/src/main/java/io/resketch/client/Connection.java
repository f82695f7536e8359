package io.resketch.client;

import io.resketch.core.InvalidInputException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a server is and how it is spoken to.
 *
 * <pre>{@code
 * ResketchClient client =
 *     ResketchClient.connect(
 *         Connection.to("sketches.example.com:7420").withTls().withToken(token));
 * }</pre>
 *
 * @param target host and port, such as {@code 127.0.0.1:7420}
 * @param token sent with every call
 * @param tls whether calls are encrypted
 * @param authorities file in PEM of the certificates that the server's is issued by; without it
 *     those that Java trusts
 */
public record Connection(
    String target, Optional<String> token, boolean tls, Optional<Path> authorities) {
  private static final Pattern TARGET =
      Pattern.compile("(\\[[0-9a-fA-F:.]+]|[a-zA-Z0-9._-]+):([1-9]\\d{0,4})");
  private static final Pattern LOOPBACK =
      Pattern.compile("localhost|127(\\.\\d{1,3}){3}|\\[::1]", Pattern.CASE_INSENSITIVE);
  private static final Pattern TOKEN = Pattern.compile("[!-~]{1,1000}");
  private static final int MAX_PORT = 65_535;

  /**
   * Checks the parts.
   *
   * @throws InvalidInputException if the target is not HOST:PORT, the token not 1 to 1,000
   *     printable characters, or the token would leave the machine unencrypted
   */
  public Connection {
    Matcher matcher = TARGET.matcher(target);
    if (!matcher.matches() || Integer.parseInt(matcher.group(2)) > MAX_PORT) {
      throw new InvalidInputException(
          "target", "\"" + target + "\" is not HOST:PORT; write for example 127.0.0.1:7420");
    }
    if (token.isPresent()) {
      if (!TOKEN.matcher(token.get()).matches()) {
        throw new InvalidInputException(
            "token", "is not 1 to 1000 printable ASCII characters; copy it as it was printed");
      }
      if (!tls && !LOOPBACK.matcher(matcher.group(1)).matches()) {
        throw new InvalidInputException(
            "token", "would go to " + target + " unencrypted; use TLS, or a loopback address");
      }
    }
  }

  /** Without token and encryption. */
  public static Connection to(String target) {
    return new Connection(target, Optional.empty(), false, Optional.empty());
  }

  /** The same with a token; after {@link #withTls()} where the server is elsewhere. */
  public Connection withToken(String secret) {
    return new Connection(target, Optional.of(secret), tls, authorities);
  }

  /** The same, encrypted, with a server whose certificate Java trusts. */
  public Connection withTls() {
    return new Connection(target, token, true, authorities);
  }

  /**
   * The same, encrypted, with a server whose certificate these have issued.
   *
   * @param pem file of certificates
   */
  public Connection withTls(Path pem) {
    return new Connection(target, token, true, Optional.of(pem));
  }

  /** Without the token. */
  @Override
  public String toString() {
    return target + (tls ? " with TLS" : "") + (token.isPresent() ? " and a token" : "");
  }
}
