package io.resketch.example.street;

import io.resketch.client.cli.Progress;
import java.io.IOException;
import java.io.UncheckedIOException;

/** A progress bar for each stage of the demo. */
final class TerminalProgress implements Demo.Progress, AutoCloseable {
  private Progress bar;

  @Override
  public void stage(String name, int steps) {
    close();
    try {
      bar = Progress.start(name, () -> steps);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // the number of steps is known without reading anything
    }
  }

  @Override
  public void step() {
    if (bar != null) {
      bar.step();
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
