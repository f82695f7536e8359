package io.resketch.recovery;

import java.io.PrintWriter;
import java.util.spi.ToolProvider;
import picocli.CommandLine;

/** Lets the {@code resketch} command find the worker on the class path. */
public final class WorkerTool implements ToolProvider {
  @Override
  public String name() {
    return "resketch-worker";
  }

  @Override
  public int run(PrintWriter out, PrintWriter err, String... args) {
    return new CommandLine(new WorkerCommand()).setOut(out).setErr(err).execute(args);
  }
}
