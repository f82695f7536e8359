package io.resketch.client.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.spi.ToolProvider;

/** Stands for the demonstration: prints its arguments and ends with their number. */
public final class EchoTool implements ToolProvider {
  @Override
  public String name() {
    return "resketch-demo";
  }

  @Override
  public int run(PrintWriter out, PrintWriter err, String... args) {
    out.println(List.of(args));
    return args.length;
  }
}
