package io.resketch.core.recovery;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
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

  /** In the threads of an executor; what a part throws is thrown here. */
  static DataParallel threads(ExecutorService executor) {
    return new DataParallel() {
      @Override
      public <A, B> List<B> map(List<A> parts, Function<A, B> function) {
        List<Future<B>> running = new ArrayList<>();
        for (A part : parts) {
          running.add(executor.submit(() -> function.apply(part)));
        }
        List<B> out = new ArrayList<>();
        try {
          for (Future<B> future : running) {
            out.add(future.get());
          }
        } catch (ExecutionException e) {
          if (e.getCause() instanceof RuntimeException cause) {
            throw cause;
          }
          throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new IllegalStateException("interrupted", e);
        }
        return out;
      }
    };
  }
}
