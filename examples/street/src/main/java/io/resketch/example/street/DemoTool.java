package io.resketch.example.street;

import java.io.PrintWriter;
import java.util.spi.ToolProvider;
import picocli.CommandLine;

/** Lets the {@code resketch} command find the demo on the class path. */
public final class DemoTool implements ToolProvider {
  @Override
  public String name() {
    return "resketch-demo";
  }

  @Override
  public int run(PrintWriter out, PrintWriter err, String... args) {
    return new CommandLine(new DemoCommand()).setOut(out).setErr(err).execute(args);
  }
}
