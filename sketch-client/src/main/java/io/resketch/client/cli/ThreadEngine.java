package io.resketch.client.cli;

import io.resketch.core.recovery.DataParallel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.function.Function;

/** Runs parts in the threads of an executor. */
record ThreadEngine(ExecutorService executor) implements DataParallel {
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
}
