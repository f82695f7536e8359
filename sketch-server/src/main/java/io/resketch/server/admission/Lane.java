package io.resketch.server.admission;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/** Calls that share a limit and threads. Thread-safe. */
final class Lane {
  private final String name;
  private final int limit;
  private final Semaphore room;
  private final ExecutorService executor;
  private final Counter refused;

  /** Its queue needs no bound of its own: a call has one piece of work in it at most. */
  Lane(String name, Admission.Room size, MeterRegistry registry) {
    this.name = name;
    this.limit = size.calls();
    this.room = new Semaphore(limit);
    this.executor = Executors.newFixedThreadPool(size.threads());
    this.refused =
        Counter.builder("resketch.calls.refused")
            .description("calls answered with RESOURCE_EXHAUSTED as there were too many at once")
            .tag("kind", name)
            .register(registry);
    Gauge.builder("resketch.calls.admitted", room, free -> limit - free.availablePermits())
        .description("calls under way or waiting")
        .tag("kind", name)
        .register(registry);
  }

  String name() {
    return name;
  }

  int limit() {
    return limit;
  }

  ExecutorService executor() {
    return executor;
  }

  boolean enter() {
    return room.tryAcquire();
  }

  void leave() {
    room.release();
  }

  void countRefusal() {
    refused.increment();
  }
}
