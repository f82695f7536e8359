package io.resketch.client;

import io.resketch.core.graph.Computation;
import io.resketch.wire.Graphs;
import io.resketch.wire.Sketches;
import java.time.Instant;
import java.util.Map;

/** A run to store: a computation that the server sketches, or a finished sketch. Immutable. */
public final class PutItem {
  private final io.resketch.v1.PutItem message;

  private PutItem(io.resketch.v1.PutItem message) {
    this.message = message;
  }

  /**
   * A computation, sketched by the server.
   *
   * @param id 1 to 200 characters of [A-Za-z0-9._~-], unique in the collection
   */
  public static PutItem of(
      String id, Instant time, Map<String, String> labels, Computation computation) {
    return of(
        Graphs.computation(computation).toBuilder()
            .setId(id)
            .setTime(Times.timestamp(time))
            .putAllLabels(labels)
            .build());
  }

  /** A computation as a message, which carries its own id, time and labels. */
  public static PutItem of(io.resketch.v1.Computation computation) {
    return new PutItem(io.resketch.v1.PutItem.newBuilder().setComputation(computation).build());
  }

  /**
   * A sketch made in this process.
   *
   * @param id 1 to 200 characters of [A-Za-z0-9._~-], unique in the collection
   */
  public static PutItem finished(
      String id, Instant time, Map<String, String> labels, FinishedSketch finished) {
    io.resketch.v1.FinishedSketch.Builder out =
        io.resketch.v1.FinishedSketch.newBuilder()
            .setId(id)
            .setTime(Times.timestamp(time))
            .putAllLabels(labels)
            .setSketch(Sketches.sketch(finished.sketch()));
    finished.skeleton().ifPresent(skeleton -> out.setSkeleton(Graphs.skeleton(skeleton)));
    finished.modules().forEach(module -> out.addModules(Sketches.module(module)));
    return new PutItem(io.resketch.v1.PutItem.newBuilder().setFinished(out).build());
  }

  /** Id of the run, empty if the message carries none. */
  public String id() {
    return message.hasComputation()
        ? message.getComputation().getId()
        : message.getFinished().getId();
  }

  io.resketch.v1.PutItem message() {
    return message;
  }
}
