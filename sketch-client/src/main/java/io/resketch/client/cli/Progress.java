package io.resketch.client.cli;

import java.io.IOException;
import java.util.Optional;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/** A progress bar on the error output, shown only where that is a terminal. Not thread-safe. */
public final class Progress implements AutoCloseable {
  /** How many steps there are; may cost a pass over a file. */
  public interface Total {
    long count() throws IOException;
  }

  private final Optional<ProgressBar> bar;

  private Progress(Optional<ProgressBar> bar) {
    this.bar = bar;
  }

  /** Starts a bar. The total is asked for only if the bar is shown. */
  public static Progress start(String task, Total total) throws IOException {
    if (!onTerminal()) {
      return new Progress(Optional.empty());
    }
    return new Progress(
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
  }

  @Override
  public void close() {
    bar.ifPresent(ProgressBar::close);
  }
}
