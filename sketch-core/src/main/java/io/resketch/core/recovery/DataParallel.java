package io.resketch.core.recovery;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

/** Where independent parts of the work run. */
public interface DataParallel {
  /**
   * Applies a function to every part.
   *
   * @return the results, in the order of the parts
   */
  <A, B> List<B> map(List<A> parts, Function<A, B> function);

  /** One part after the other in the calling thread. */
  static DataParallel serial() {
    return new DataParallel() {
      @Override
      public <A, B> List<B> map(List<A> parts, Function<A, B> function) {
        return parts.stream().map(function).toList();
      }
    };
  }

  /**
   * In the threads of an executor; what a part throws is thrown here. However a map ends, none of
   * its parts is running after it.
   */
  static DataParallel threads(ExecutorService executor) {
    return new DataParallel() {
      @Override
      public <A, B> List<B> map(List<A> parts, Function<A, B> function) {
        AtomicBoolean stopped = new AtomicBoolean();
        List<Future<B>> running = new ArrayList<>();
        try {
          for (A part : parts) {
            running.add(executor.submit(() -> stopped.get() ? null : function.apply(part)));
          }
          List<B> out = new ArrayList<>();
          for (Future<B> future : running) {
            out.add(future.get());
          }
          return out;
        } catch (ExecutionException e) {
          if (e.getCause() instanceof RuntimeException cause) {
            throw cause;
          }
          throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new CancellationException("interrupted");
        } finally {
          stopped.set(true);
          running.forEach(DataParallel::awaitEnd);
        }
      }
    };
  }

  private static void awaitEnd(Future<?> future) {
    boolean interrupted = false;
    while (!future.isDone()) {
      try {
        future.get();
      } catch (InterruptedException e) {
        interrupted = true;
      } catch (ExecutionException e) {
        break; // the first failure of a part is thrown already
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
