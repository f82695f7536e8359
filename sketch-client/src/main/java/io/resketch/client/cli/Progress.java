package io.resketch.client.cli;

import java.io.IOException;
import java.util.Optional;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/**
 * A progress bar on the error output where that is a terminal, and else a line on it now and then,
 * so that long work is never silent. Not thread-safe.
 */
public final class Progress implements AutoCloseable {
  /** How many steps there are; may cost a pass over a file. */
  public interface Total {
    long count() throws IOException;
  }

  private static final long NANOS_BETWEEN_LINES = 30_000_000_000L;

  private final String task;
  private final Optional<ProgressBar> bar;
  private long steps;
  private long lastLine = System.nanoTime();

  private Progress(String task, Optional<ProgressBar> bar) {
    this.task = task;
    this.bar = bar;
  }

  /** Starts a bar. The total is asked for only if the bar is shown. */
  public static Progress start(String task, Total total) throws IOException {
    if (!onTerminal()) {
      return new Progress(task, Optional.empty());
    }
    return new Progress(
        task,
        Optional.of(
            new ProgressBarBuilder().setTaskName(task).setInitialMax(total.count()).build()));
  }

  /** Java's own test also wants the standard output to be a terminal. */
  private static boolean onTerminal() {
    try {
      return new ProcessBuilder("test", "-t", "2").inheritIO().start().waitFor() == 0;
    } catch (IOException e) {
      return false; // No such program: not a system on which the bar is known to work.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** One more step is done. */
  public void step() {
    bar.ifPresent(ProgressBar::step);
    steps++;
    if (bar.isEmpty() && System.nanoTime() - lastLine > NANOS_BETWEEN_LINES) {
      System.err.println(task + ": " + steps + " done");
      lastLine = System.nanoTime();
    }
  }

  @Override
  public void close() {
    bar.ifPresent(ProgressBar::close);
  }
}
