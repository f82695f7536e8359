package io.resketch.server;

import java.io.PrintWriter;
import java.util.spi.ToolProvider;
import picocli.CommandLine;

/** Lets the {@code resketch} command find the server on the class path. */
public final class ServeTool implements ToolProvider {
  @Override
  public String name() {
    return "resketch-serve";
  }

  @Override
  public int run(PrintWriter out, PrintWriter err, String... args) {
    return new CommandLine(new ServeCommand()).setOut(out).setErr(err).execute(args);
  }
}
