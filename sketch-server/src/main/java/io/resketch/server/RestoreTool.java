package io.resketch.server;

import java.io.PrintWriter;
import java.util.spi.ToolProvider;
import picocli.CommandLine;

/** Lets the {@code resketch} command find restoring on the class path. */
public final class RestoreTool implements ToolProvider {
  @Override
  public String name() {
    return "resketch-restore";
  }

  @Override
  public int run(PrintWriter out, PrintWriter err, String... args) {
    return new CommandLine(new RestoreCommand()).setOut(out).setErr(err).execute(args);
  }
}
