package io.resketch.example.street;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/** A progress bar per stage on the error output, where that is a terminal; else nothing. */
final class TerminalProgress implements Demo.Progress, AutoCloseable {
  private final boolean shown = System.console() != null;
  private ProgressBar bar;

  @Override
  public void stage(String name, int steps) {
    close();
    if (shown) {
      bar = new ProgressBarBuilder().setTaskName(name).setInitialMax(steps).build();
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
