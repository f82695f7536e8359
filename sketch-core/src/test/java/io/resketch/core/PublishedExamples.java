package io.resketch.core;

import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.WeightedInput;
import java.util.List;

/** The examples of section 5 of docs/mechanism.md. */
public final class PublishedExamples {
  private PublishedExamples() {}

  public static Computation plain() {
    return Computation.builder()
        .object("frame", "camera", Attributes.dense(0.6f, 0.8f))
        .object(
            "a",
            "cat",
            Attributes.sparse(8, new int[] {1, 5}, new float[] {0.5f, -0.25f}),
            new WeightedInput("frame", 1f))
        .object(
            "b",
            "cat",
            Attributes.sparse(8, new int[] {7}, new float[] {1f}),
            new WeightedInput("frame", 0.75f),
            new WeightedInput("a", 0.25f))
        .root("a", 0.5f)
        .root("b", 0.5f)
        .build();
  }

  /** The same with positions and own weights. */
  public static Computation placed() {
    return Computation.builder()
        .object("frame", "camera", Attributes.dense(0.6f, 0.8f))
        .object(
            "a",
            "cat",
            Attributes.sparse(8, new int[] {1, 5}, new float[] {0.5f, -0.25f}),
            List.of(new WeightedInput("frame", 1f)),
            0.25f)
        .object(
            "b",
            "cat",
            Attributes.sparse(8, new int[] {7}, new float[] {1f}),
            List.of(new WeightedInput("frame", 0.75f, 1024), new WeightedInput("a", 0.25f, 0)),
            0.9f)
        .root(new WeightedInput("a", 0.5f, 0))
        .root(new WeightedInput("b", 0.5f, 0))
        .build();
  }
}
