package io.resketch.core.recovery;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;

/** Where independent parts of the work run. */
public interface DataParallel {
  /**
   * What is done to a part. An engine may send it to another process, by Java serialization, and so
   * parts and results: nothing that one part changes is seen by another.
   */
  @FunctionalInterface
  interface Task<A, B> extends Serializable {
    /** May return null. */
    B apply(A part);
  }

  /**
   * Applies a task to every part.
   *
   * @return the results, in the order of the parts
   */
  <A, B> List<B> map(List<A> parts, Task<A, B> task);

  /** One part after the other in the calling thread. */
  static DataParallel serial() {
    return new DataParallel() {
      @Override
      public <A, B> List<B> map(List<A> parts, Task<A, B> task) {
        return parts.stream().map(task::apply).toList();
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
      public <A, B> List<B> map(List<A> parts, Task<A, B> task) {
        AtomicBoolean stopped = new AtomicBoolean();
        List<Future<B>> running = new ArrayList<>();
        try {
          for (A part : parts) {
            running.add(executor.submit(() -> stopped.get() ? null : task.apply(part)));
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
