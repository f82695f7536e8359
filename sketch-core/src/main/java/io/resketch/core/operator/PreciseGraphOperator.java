package io.resketch.core.operator;

import io.resketch.core.graph.Skeleton;
import java.util.Arrays;

/**
 * The affine map of one skeleton, s = A x + b, in double precision. It is the same map as {@link
 * GraphOperator}, whose float32 arithmetic is that of sketches; solvers need the map itself, since
 * what float32 rounds away of a weak column is all that tells it from a strong one.
 *
 * <p>Cost of a call: as {@link GraphOperator}, times about two. Holds workspace: not thread-safe.
 */
public final class PreciseGraphOperator implements PreciseLinearMap {
  private final Operators operators;
  private final Skeleton skeleton;
  private final EvaluationPlan plan;
  private final AttributeOperator[] attributes;
  private final TupleOperator[] rotations;
  private final double[][] slots;
  private final double[] scratch;
  private final double[] workspace;

  /** The map of a skeleton with the operators of one spec. */
  public PreciseGraphOperator(Operators operators, Skeleton skeleton) {
    this.operators = operators;
    this.skeleton = skeleton;
    this.plan = EvaluationPlan.of(skeleton);
    this.attributes = operators.attributes(skeleton);
    this.rotations = plan.rotations(operators);
    int d = operators.spec().dimension();
    this.slots = new double[plan.slots()][d];
    this.scratch = new double[d];
    this.workspace = new double[d];
  }

  @Override
  public int unknowns() {
    return skeleton.totalDimension();
  }

  @Override
  public int dimension() {
    return scratch.length;
  }

  @Override
  public void apply(double[] x, double[] out) {
    forward(
        (object, target) -> attributes[object].add(target, x, skeleton.offset(object), workspace),
        out);
  }

  /**
   * out = b, the signatures of all objects.
   *
   * @param out overwritten, d values
   */
  public void signatures(double[] out) {
    forward((object, target) -> attributes[object].addSignature(target, 1, workspace), out);
  }

  /** Adds what an object holds of its own to a vector of zeros. */
  private interface Source {
    void add(int object, double[] out);
  }

  private void forward(Source source, double[] out) {
    EvaluationPlan.Step[] steps = plan.steps();
    for (int i = 0; i < steps.length; i++) {
      EvaluationPlan.Step step = steps[i];
      switch (step.kind()) {
        case LEAF -> source.add(step.object(), cleared(slots[step.slot()]));
        case ADD_INPUT -> push(step, rotations[i], slots[step.slot()]);
        case CLOSE -> {
          source.add(step.object(), cleared(scratch));
          double[] target = cleared(slots[step.slot()]);
          operators.ownAttributes().addTransparent(target, step.ownScale(), scratch, workspace);
          rotations[i].addTransparent(target, step.inputsScale(), slots[step.source()], workspace);
        }
        case ADD_ROOT -> push(step, rotations[i], out);
      }
    }
  }

  private void push(EvaluationPlan.Step step, TupleOperator rotation, double[] list) {
    if (step.first()) {
      cleared(list);
    }
    rotation.addTransparent(list, 0.5 * step.weight(), slots[step.source()], workspace);
  }

  @Override
  public void adjoint(double[] y, double[] out) {
    EvaluationPlan.Step[] steps = plan.steps();
    for (int i = steps.length - 1; i >= 0; i--) {
      EvaluationPlan.Step step = steps[i];
      switch (step.kind()) {
        case ADD_ROOT -> pull(step, rotations[i], y);
        case ADD_INPUT -> pull(step, rotations[i], slots[step.slot()]);
        case CLOSE -> {
          double[] g = slots[step.slot()];
          operators.ownAttributes().addTransposed(cleared(scratch), step.ownScale(), g, workspace);
          take(step.object(), scratch, out);
          rotations[i].addTransposed(
              cleared(slots[step.source()]), step.inputsScale(), g, workspace);
        }
        case LEAF -> take(step.object(), slots[step.slot()], out);
      }
    }
  }

  private void take(int object, double[] g, double[] out) {
    attributes[object].adjoint(g, out, skeleton.offset(object), workspace);
  }

  private void pull(EvaluationPlan.Step step, TupleOperator rotation, double[] g) {
    double[] child = slots[step.source()];
    if (step.lastUse()) {
      cleared(child);
    }
    rotation.addTransposed(child, 0.5 * step.weight(), g, workspace);
  }

  private static double[] cleared(double[] v) {
    Arrays.fill(v, 0);
    return v;
  }
}
