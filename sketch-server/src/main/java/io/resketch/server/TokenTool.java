package io.resketch.server;

import java.io.PrintWriter;
import java.util.spi.ToolProvider;
import picocli.CommandLine;

/** Lets the {@code resketch} command find the care of tokens on the class path. */
public final class TokenTool implements ToolProvider {
  @Override
  public String name() {
    return "resketch-token";
  }

  @Override
  public int run(PrintWriter out, PrintWriter err, String... args) {
    return new CommandLine(new TokenCommand())
        .setOut(out)
        .setErr(err)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .execute(args);
  }
}
