package io.resketch.core.operator;

import io.resketch.core.graph.Skeleton;
import io.resketch.core.spec.SketchSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What modules contribute to a sketch through the identity parts of the tuple operators of roots
 * and inputs, whatever their positions: the transparent part of the sketch.
 *
 * <pre>
 * B = Σ_C τ [½ τ T_inputs]^depth G_C [½ R_{M,2} e_1 · share_C + ½ R_{M,1} · attributes_C]
 * G = I for objects without inputs, β T_attr for objects with inputs,    T = τ I + (1 − τ) R̂
 * </pre>
 *
 * <p>Unknowns: the share of every component C first, then the attribute vectors (weighted sums over
 * the objects of the component) one after the other. Holds workspace: not thread-safe.
 */
public final class RootModules implements LinearMap {
  /**
   * A module in one of the places where it occurs.
   *
   * @param dimension number of attributes to model, 0 to leave them out
   * @param inner whether the objects have inputs
   * @param depth edges between root and object, 0 for the roots themselves
   * @param ownWeight β of objects with inputs
   */
  public record Component(String module, int dimension, boolean inner, int depth, float ownWeight) {
    /** Of the default own weight. */
    public Component(String module, int dimension, boolean inner, int depth) {
      this(module, dimension, inner, depth, Skeleton.DEFAULT_OWN_WEIGHT);
    }

    /** The column beside that of the default own weight. */
    private float scale() {
      return inner ? 2 * ownWeight : 1;
    }
  }

  private final Operators operators;
  private final List<Component> components;
  private final AttributeOperator[] columns;
  private final int[] offsets;
  private final float[][] plain;
  private final float[][] rotated;
  private final float[] signature;
  private final float[] gathered;

  /** τ. */
  private final float transparency;

  public RootModules(Operators operators, List<Component> components) {
    this.operators = operators;
    this.components = List.copyOf(components);
    this.columns = new AttributeOperator[components.size()];
    this.offsets = new int[components.size() + 1];
    offsets[0] = components.size();
    int depth = 0;
    for (int i = 0; i < columns.length; i++) {
      Component component = components.get(i);
      columns[i] = operators.attributes(component.module(), component.dimension());
      offsets[i + 1] = offsets[i] + component.dimension();
      depth = Math.max(depth, component.depth());
    }
    this.transparency = (float) operators.spec().transparency();
    int d = operators.spec().dimension();
    this.plain = new float[depth + 1][d];
    this.rotated = new float[depth + 1][d];
    this.signature = new float[d];
    this.gathered = new float[d];
  }

  @Override
  public int unknowns() {
    return offsets[columns.length];
  }

  /** Where the attributes of component {@code i} start among the unknowns; its end if i + 1. */
  public int offset(int i) {
    return offsets[i];
  }

  /** ‖B e‖² of a full column of component {@code i}, on average over the random operators. */
  private double columnEnergy(int i) {
    Component component = components.get(i);
    double tau = transparency;
    double spread = tau * tau + (1 - tau) * (1 - tau);
    double own = component.inner() ? Math.pow(component.ownWeight(), 2) * spread : 1;
    // Squares of the terms of (τ I + (1 − τ) R)^depth.
    double squares = 0;
    double term = Math.pow(tau, component.depth());
    for (int k = 0; k <= component.depth(); k++) {
      squares += term * term;
      term *= (1 - tau) / tau * (component.depth() - k) / (k + 1);
    }
    return 0.25 * tau * tau * own * squares * Math.pow(0.25 * tau * tau, component.depth());
  }

  /** ‖B e‖² of every unknown's column over the first {@code prefixLength} floats, on average. */
  public double[] energies(int prefixLength) {
    double kept = (double) prefixLength / operators.spec().dimension();
    double[] out = new double[unknowns()];
    for (int i = 0; i < columns.length; i++) {
      out[i] = kept * columnEnergy(i);
      Arrays.fill(out, offsets[i], offsets[i + 1], out[i]);
    }
    return out;
  }

  /**
   * A ridge per unknown that expects a component's attributes as strong as the rest of the sketch,
   * and leaves shares free.
   *
   * @param energies of {@link #energies}
   */
  public double[] ridge(double[] energies, int prefixLength) {
    double[] out = new double[unknowns()];
    for (int i = 0; i < columns.length; i++) {
      double strength = energies[i] * components.get(i).dimension() / prefixLength;
      Arrays.fill(out, offsets[i], offsets[i + 1], strength);
    }
    return out;
  }

  @Override
  public void apply(float[] x, float[] out) {
    clear();
    for (int i = 0; i < columns.length; i++) {
      float[] target = side(i);
      float scale = components.get(i).scale();
      columns[i].addSignature(target, scale * x[i], gathered);
      if (offsets[i] < offsets[i + 1]) {
        columns[i].add(target, scaled(x, i, scale), offsets[i], gathered);
      }
    }
    lift(out);
  }

  /** The unknowns with the attributes of component i scaled; others as they come. */
  private float[] scaled(float[] x, int i, float scale) {
    if (scale == 1) {
      return x;
    }
    float[] out = x.clone();
    for (int j = offsets[i]; j < offsets[i + 1]; j++) {
      out[j] *= scale;
    }
    return out;
  }

  private void clear() {
    for (int k = 0; k < plain.length; k++) {
      Arrays.fill(plain[k], 0f);
      Arrays.fill(rotated[k], 0f);
    }
  }

  /** out = what the sides add to the sketch. */
  private void lift(float[] out) {
    for (int k = plain.length - 1; k >= 0; k--) {
      operators.ownAttributes().addTransparent(plain[k], 0.25f, rotated[k], gathered);
      if (k > 0) {
        operators
            .ownInputs()
            .addTransparent(plain[k - 1], 0.25f * transparency, plain[k], gathered);
      }
    }
    for (int i = 0; i < out.length; i++) {
      out[i] = transparency * plain[0][i];
    }
  }

  @Override
  public void adjoint(float[] y, float[] out) {
    pull(y);
    for (int i = 0; i < columns.length; i++) {
      float[] source = side(i);
      float scale = components.get(i).scale();
      out[i] = scale * columns[i].dotSignature(source, gathered);
      if (offsets[i] < offsets[i + 1]) {
        columns[i].adjoint(source, out, offsets[i], gathered);
        for (int j = offsets[i]; scale != 1 && j < offsets[i + 1]; j++) {
          out[j] *= scale;
        }
      }
    }
  }

  /** Leaves in every side the adjoint of what leads from there to the sketch, applied to y. */
  private void pull(float[] y) {
    for (int i = 0; i < y.length; i++) {
      plain[0][i] = transparency * y[i];
    }
    for (int k = 0; k < plain.length; k++) {
      Arrays.fill(rotated[k], 0f);
      operators.ownAttributes().addTransposed(rotated[k], 0.25f, plain[k], gathered);
      if (k + 1 < plain.length) {
        Arrays.fill(plain[k + 1], 0f);
        operators.ownInputs().addTransposed(plain[k + 1], 0.25f * transparency, plain[k], gathered);
      }
    }
  }

  /**
   * A weighted sum of the share columns of one module's components, which all have the signs of its
   * one signature.
   */
  public record Contrast(List<Integer> components, double[] weights) {
    public Contrast {
      components = List.copyOf(components);
      weights = weights.clone();
    }

    /** The share column of one component. */
    public static Contrast of(int component) {
      return new Contrast(List.of(component), new double[] {1});
    }
  }

  /** out = q, the columns of a contrast, each times its weight. */
  public void column(Contrast contrast, float[] out) {
    clear();
    for (int c = 0; c < contrast.weights.length; c++) {
      int i = contrast.components.get(c);
      float weight = components.get(i).scale() * (float) contrast.weights[c];
      columns[i].addSignature(side(i), weight, gathered);
    }
    lift(out);
  }

  /**
   * Standard deviation of ⟨q, y⟩, q the columns of a contrast, over random signs of the module.
   *
   * @param own with the blocks that the module's signature has
   * @param average root mean square over all blocks that a signature may have
   */
  public record Deviation(double own, double average) {}

  /** Deviations of several contrasts on one vector y, which is not modified. */
  public List<Deviation> deviations(float[] y, List<Contrast> contrasts) {
    pull(y);
    List<Deviation> out = new ArrayList<>();
    for (Contrast contrast : contrasts) {
      Arrays.fill(signature, 0f);
      for (int c = 0; c < contrast.weights.length; c++) {
        int i = contrast.components.get(c);
        float[] side = side(i);
        float weight = components.get(i).scale() * (float) contrast.weights[c];
        for (int t = 0; t < signature.length; t++) {
          signature[t] += weight * side[t];
        }
      }
      double own =
          contrast.weights.length == 0
              ? 0
              : columns[contrast.components.get(0)].signatureDeviation(signature);
      out.add(new Deviation(own, DenseAttributes.deviation(signature)));
    }
    return out;
  }

  private float[] side(int i) {
    Component component = components.get(i);
    return (component.inner() ? rotated : plain)[component.depth()];
  }

  /**
   * out = (1/τ − 1) R̂_position v, what a root at that position adds beside its identity part v.
   *
   * @param v not modified, d values
   * @param out overwritten, d values
   */
  public void rotate(int position, float[] v, float[] out) {
    Arrays.fill(out, 0f);
    operators.position(position).addTransparent(out, 0.5f / transparency, v, gathered);
    for (int i = 0; i < out.length; i++) {
      out[i] -= v[i];
    }
  }

  /**
   * How much of the share column b of component {@code i}, of depth 0, its own copy R̂_position b
   * repeats in place: (1/τ − 1) ⟨P b, R̂ b⟩ / ‖P b‖² of those blocks only that meet themselves,
   * because the permutation left them or the rotation of an object's own attributes led back to
   * them. Between distinct blocks, and in families without blocks, overlaps are as random as those
   * of different modules.
   *
   * @param prefixLength rows in use
   */
  public double ownOverlap(int i, int position, int prefixLength) {
    if (!(operators.position(position).rotation() instanceof BlockSignedPermutation rotation)) {
      return 0;
    }
    int blocks = signature.length / SketchSpec.BLOCK_SIZE;
    Arrays.fill(signature, 0f);
    columns[i].addSignature(signature, 1f, gathered);
    BlockSignedPermutation own =
        components.get(i).inner()
            ? (BlockSignedPermutation) operators.ownAttributes().rotation()
            : null;
    double overlap = 0;
    double energy = 0;
    for (int t = 0; t < prefixLength / SketchSpec.BLOCK_SIZE && t < blocks; t++) {
      energy += common(own, t, t);
      overlap += rotation.sign(t) * common(own, t, rotation.source(t));
    }
    return energy == 0 ? 0 : (1 / transparency - 1) * overlap / energy;
  }

  /**
   * Σ of sign products over the blocks of the column in {@code signature} that lie at both s and t.
   */
  private double common(BlockSignedPermutation own, int s, int t) {
    double sum = s == t && occupied(s) ? 1 : 0;
    if (own != null) {
      double rotated = 1 / transparency - 1;
      sum += own.source(s) == t && occupied(t) ? rotated * own.sign(s) : 0;
      sum += own.source(t) == s && occupied(s) ? rotated * own.sign(t) : 0;
      sum += s == t && occupied(own.source(s)) ? rotated * rotated : 0;
    }
    return sum;
  }

  private boolean occupied(int block) {
    return signature[block * SketchSpec.BLOCK_SIZE] != 0;
  }
}
