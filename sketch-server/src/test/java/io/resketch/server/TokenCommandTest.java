package io.resketch.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.resketch.server.access.Role;
import io.resketch.server.access.TokenFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.spi.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command as the {@code resketch} command finds it. */
final class TokenCommandTest {
  private static final int DONE = 0;
  private static final int FAILED = 1;
  private static final int WRONG_USE = 2;

  @TempDir private Path folder;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String tool, String... args) {
    out.getBuffer().setLength(0);
    err.getBuffer().setLength(0);
    return ToolProvider.findFirst(tool)
        .orElseThrow()
        .run(new PrintWriter(out, true), new PrintWriter(err, true), args);
  }

  private int token(String action, String... more) {
    String[] args = new String[3 + more.length];
    args[0] = action;
    args[1] = "--tokens";
    args[2] = file().toString();
    System.arraycopy(more, 0, args, 3, more.length);
    return run("resketch-token", args);
  }

  private Path file() {
    return folder.resolve("tokens");
  }

  @Test
  void tokensAreMadeListedAndDeleted() throws IOException {
    assertThat(token("create", "--name", "gpu-1", "--role", "worker")).isEqualTo(DONE);
    assertThat(out.toString().strip()).matches("rskt_\\S{43}");
    assertThat(new TokenFile(file()).read())
        .extracting(TokenFile.Entry::name, TokenFile.Entry::role)
        .containsExactly(org.assertj.core.groups.Tuple.tuple("gpu-1", Role.WORKER));
    assertThat(token("list")).isEqualTo(DONE);
    assertThat(out.toString().strip()).isEqualTo("gpu-1  worker");
    assertThat(token("delete", "--name", "gpu-1")).isEqualTo(DONE);
    assertThat(token("list")).isEqualTo(DONE);
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void whatCannotBeDone_isSaidInOneLine() {
    assertThat(token("list")).isEqualTo(FAILED);
    assertThat(err.toString()).contains("resketch token: " + file() + ": no such file");
    assertThat(token("create", "--name", "a b", "--role", "reader")).isEqualTo(FAILED);
    assertThat(err.toString()).startsWith("resketch token: name: \"a b\" is not");
    assertThat(token("create", "--name", "cam", "--role", "boss")).isEqualTo(WRONG_USE);
    assertThat(err.toString()).contains("WORKER");
    assertThat(run("resketch-token")).isEqualTo(WRONG_USE);
  }

  @Test
  void serve_takesACertificateOnlyWithItsKey() {
    assertThat(run("resketch-serve", "--data", folder.toString(), "--tls-cert", "some.pem"))
        .isEqualTo(WRONG_USE);
    assertThat(err.toString()).contains("--tls-cert and --tls-key go together");
    assertThat(
            run(
                "resketch-serve",
                "--data",
                folder.resolve("data").toString(),
                "--tls-cert",
                "some.pem",
                "--tls-key",
                "some.key"))
        .isEqualTo(FAILED);
    assertThat(err.toString()).contains("tls: some.pem and some.key are no certificate");
  }
}
