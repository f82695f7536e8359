package io.resketch.core.operator;

import io.resketch.core.graph.Computation;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.spec.RandomStream;
import java.util.Arrays;

/**
 * The affine map of one skeleton from attributes to sketch, s = A x + b, and its adjoint Aᵀ,
 * neither ever formed as a matrix. x is the concatenation of all attribute vectors (n values), s
 * the full sketch (d values), b the part of the signatures.
 *
 * <pre>
 * s(θ) = a(θ)                                                  θ has no inputs
 * s(θ) = β T_attr a(θ) + (1 − β) T_inputs Σ_i w_i T_p(i) s(θ_i)
 * s    = Σ_i w_i T_p(i) s(root_i)                              [GPW19], section 3
 * T    = τ I + (1 − τ) R̂
 * </pre>
 *
 * <p>β is the object's own weight, p(i) the position of an input, τ the spec's transparency: ½, i
 * and ½ unless stated otherwise.
 *
 * <p>Cost of a call, BLOCK_SPARSE: O(edges · d + nnz(x) · 16 c). Holds workspace: not thread-safe.
 */
public final class GraphOperator implements LinearMap {
  private final Operators operators;
  private final Skeleton skeleton;
  private final EvaluationPlan plan;
  private final AttributeOperator[] attributes;
  private final TupleOperator[] rotations;
  private final float[][] slots;
  private final float[] scratch;
  private final float[] gathered;

  /** Made once, as a sketch must allocate nothing. */
  private final Source<Computation> own = this::own;

  public GraphOperator(Operators operators, Skeleton skeleton) {
    this.operators = operators;
    this.skeleton = skeleton;
    this.plan = EvaluationPlan.of(skeleton);
    this.attributes = operators.attributes(skeleton);
    this.rotations = plan.rotations(operators);
    int d = operators.spec().dimension();
    this.slots = new float[plan.slots()][d];
    this.scratch = new float[d];
    this.gathered = new float[d];
  }

  public Skeleton skeleton() {
    return skeleton;
  }

  @Override
  public int unknowns() {
    return skeleton.totalDimension();
  }

  /**
   * s = A x + b, the sketch of a computation of this skeleton.
   *
   * @param out overwritten, d values
   */
  public void sketch(Computation computation, float[] out) {
    forward(own, computation, out);
  }

  /**
   * The part of one object in the sketch: its own attributes and signature through every path to
   * the roots. The sketch is the sum of the parts of all objects.
   *
   * @param out overwritten, d values
   */
  public void part(Computation computation, int object, float[] out) {
    forward(
        (values, other, target) -> {
          if (other == object) {
            own(values, object, target);
          }
        },
        computation,
        out);
  }

  @Override
  public void apply(float[] x, float[] out) {
    forward(
        (values, object, target) ->
            attributes[object].add(target, values, skeleton.offset(object), gathered),
        x,
        out);
  }

  /**
   * b, the signatures of all objects.
   *
   * @param out overwritten, d values
   */
  public void signatures(float[] out) {
    forward(
        (one, object, target) -> attributes[object].addSignature(target, one, gathered), 1f, out);
  }

  /** Adds what an object holds of its own, all or some of a(θ), to a vector of zeros. */
  private interface Source<T> {
    void add(T values, int object, float[] out);
  }

  /** One pass over the plan. */
  private <T> void forward(Source<T> source, T values, float[] out) {
    EvaluationPlan.Step[] steps = plan.steps();
    for (int i = 0; i < steps.length; i++) {
      EvaluationPlan.Step step = steps[i];
      switch (step.kind()) {
        case LEAF -> {
          Arrays.fill(slots[step.slot()], 0f);
          source.add(values, step.object(), slots[step.slot()]);
        }
        case ADD_INPUT -> push(step, rotations[i], slots[step.slot()]);
        case CLOSE -> {
          Arrays.fill(scratch, 0f);
          source.add(values, step.object(), scratch);
          float[] target = slots[step.slot()];
          operators.ownAttributes().transparent(target, step.ownScale(), scratch, gathered);
          rotations[i].addTransparent(target, step.inputsScale(), slots[step.source()], gathered);
        }
        case ADD_ROOT -> push(step, rotations[i], out);
      }
    }
  }

  private void push(EvaluationPlan.Step step, TupleOperator rotation, float[] list) {
    float[] child = slots[step.source()];
    if (step.first()) {
      rotation.transparent(list, 0.5f * step.weight(), child, gathered);
    } else {
      rotation.addTransparent(list, 0.5f * step.weight(), child, gathered);
    }
  }

  /** out += a(θ) = ½ R_{M,1} x + ½ R_{M,2} e_1. */
  private void own(Computation computation, int object, float[] out) {
    attributes[object].add(out, computation.attributes(object), gathered);
    attributes[object].addSignature(out, 1f, gathered);
  }

  /**
   * What every object of a computation contributes to the inner product of its sketch with y:
   * ⟨part_θ, y⟩, whose sum over all θ is ⟨s, y⟩. One backward pass for all objects.
   *
   * @param y not modified, d values
   * @return one value per object
   */
  public double[] contributions(Computation computation, float[] y) {
    double[] out = new double[skeleton.size()];
    float[] part = new float[y.length];
    backward(
        y,
        (object, g) -> {
          Arrays.fill(part, 0f);
          own(computation, object, part);
          double sum = 0;
          for (int i = 0; i < part.length; i++) {
            sum += (double) part[i] * g[i];
          }
          out[object] = sum;
        });
    return out;
  }

  @Override
  public void adjoint(float[] y, float[] out) {
    backward(
        y, (object, g) -> attributes[object].adjoint(g, out, skeleton.offset(object), gathered));
  }

  /**
   * Mean energy of a column of A per object, ‖A e_j‖² averaged over the columns, estimated from one
   * random ±1 probe z over the first {@code prefixLength} rows: E ‖C_θᵀ z‖² is the energy of all
   * columns of θ together, and is measured before the attribute operator, where it averages over d
   * directions: relative error of order 1/√d.
   *
   * @return one value per object
   */
  public double[] columnEnergies(int prefixLength) {
    return columnEnergies(probe(prefixLength));
  }

  /**
   * Σ_i r_i² (A e_j)_i² per object, averaged over its columns: the energy of the columns where row
   * i counts r_i². Estimated as {@link #columnEnergies(int)}, from the probe with the signs of that
   * and the sizes |r_i|.
   *
   * @param r not modified, d values, zero behind the prefix
   */
  public double[] weightedColumnEnergies(double[] r) {
    float[] probe = probe(r.length);
    for (int i = 0; i < r.length; i++) {
      probe[i] *= (float) r[i];
    }
    return columnEnergies(probe);
  }

  private double[] columnEnergies(float[] probe) {
    double[] energies = new double[skeleton.size()];
    backward(
        probe,
        (object, g) -> {
          double sum = 0;
          for (float v : g) {
            sum += (double) v * v;
          }
          energies[object] = 0.25 * sum / g.length;
        });
    return energies;
  }

  private float[] probe(int prefixLength) {
    float[] probe = new float[operators.spec().dimension()];
    RandomStream stream = RandomStream.of(0, RandomStream.Role.POSITION, 0, prefixLength);
    for (int i = 0; i < prefixLength; i++) {
      probe[i] = (stream.bits(i) & 1) == 0 ? 1f : -1f;
    }
    return probe;
  }

  /**
   * How much columns of objects of one module have in common: the mean of ⟨C_θ e_j, C_θ' e_j⟩ over
   * the random columns, for every pair of {@code objects}, from the probe of {@link
   * #columnEnergies}. Holds d floats per object.
   *
   * @param objects of one module, in increasing order
   * @return row-major, symmetric
   */
  public double[] columnGram(int prefixLength, int[] objects) {
    float[][] seen = new float[objects.length][];
    backward(
        probe(prefixLength),
        (object, g) -> {
          int k = Arrays.binarySearch(objects, object);
          if (k >= 0) {
            seen[k] = g.clone();
          }
        });
    int n = objects.length;
    double[] gram = new double[n * n];
    for (int a = 0; a < n; a++) {
      for (int b = 0; b <= a; b++) {
        double sum = 0;
        for (int i = 0; i < seen[a].length; i++) {
          sum += (double) seen[a][i] * seen[b][i];
        }
        gram[a * n + b] = 0.25 * sum / seen[a].length;
        gram[b * n + a] = gram[a * n + b];
      }
    }
    return gram;
  }

  /** Takes up the adjoint at an object's own attributes: g with ⟨A x, y⟩ = Σ_θ ⟨½R x_θ, g_θ⟩. */
  private interface Sink {
    void accept(int object, float[] g);
  }

  private void backward(float[] y, Sink sink) {
    EvaluationPlan.Step[] steps = plan.steps();
    for (int i = steps.length - 1; i >= 0; i--) {
      EvaluationPlan.Step step = steps[i];
      switch (step.kind()) {
        case ADD_ROOT -> pull(step, rotations[i], y);
        case ADD_INPUT -> pull(step, rotations[i], slots[step.slot()]);
        case CLOSE -> {
          float[] g = slots[step.slot()];
          operators.ownAttributes().transposed(scratch, step.ownScale(), g, gathered);
          sink.accept(step.object(), scratch);
          rotations[i].transposed(slots[step.source()], step.inputsScale(), g, gathered);
        }
        case LEAF -> sink.accept(step.object(), slots[step.slot()]);
      }
    }
  }

  private void pull(EvaluationPlan.Step step, TupleOperator rotation, float[] g) {
    float[] child = slots[step.source()];
    if (step.lastUse()) {
      rotation.transposed(child, 0.5f * step.weight(), g, gathered);
    } else {
      rotation.addTransposed(child, 0.5f * step.weight(), g, gathered);
    }
  }
}
