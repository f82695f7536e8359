package io.resketch.core.sketch;

import io.resketch.core.graph.Computation;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.operator.GraphOperator;
import io.resketch.core.operator.Operators;
import io.resketch.core.spec.SketchSpec;

/**
 * Makes sketches of computations: one pass, float32 in a fixed order, the same bytes everywhere.
 * Keeps the working memory of the last skeleton: reuse one sketcher per thread. Not thread-safe.
 */
public final class Sketcher {
  private final Operators operators;
  private GraphOperator last;

  public Sketcher(SketchSpec spec) {
    this(new Operators(spec));
  }

  /** Shares operators, which are thread-safe, with other sketchers and decoders of the spec. */
  public Sketcher(Operators operators) {
    this.operators = operators;
  }

  /** The sketch of one run. */
  public Sketch sketch(Computation computation) {
    Skeleton skeleton = computation.skeleton();
    if (last == null || last.skeleton() != skeleton) {
      last = new GraphOperator(operators, skeleton);
    }
    int d = operators.spec().dimension();
    float[] values = new float[d];
    last.sketch(computation, values);
    return Sketch.owning(
        new SketchHeader(operators.fingerprint(), d, d, Encoding.F32, 1, skeleton.mass(), 0),
        values);
  }
}
