package io.resketch.core.operator;

import java.util.Arrays;
import java.util.List;

/**
 * What modules contribute to a sketch through the identity parts of the roots' tuple operators,
 * whatever the roots' positions and inputs: the transparent part of the sketch.
 *
 * <pre>
 * B = Σ_M ½ G_M [½ R_{M,2} e_1 · share_M + ½ R_{M,1} · attributes_M],  G = I for a root without
 * inputs, ¼(I + R̂_attr) for one with inputs
 * </pre>
 *
 * <p>Unknowns: the share of every component first, then the attribute vectors (weighted sums over
 * the roots of the component) one after the other. Holds workspace: not thread-safe.
 */
public final class RootModules implements LinearMap {
  /**
   * A module as root in one of two forms.
   *
   * @param dimension number of attributes to model, 0 to leave them out
   * @param inner whether the roots have inputs
   */
  public record Component(String module, int dimension, boolean inner) {}

  private final Operators operators;
  private final List<Component> components;
  private final AttributeOperator[] columns;
  private final int[] offsets;
  private final float[] plain;
  private final float[] rotated;
  private final float[] gathered;

  public RootModules(Operators operators, List<Component> components) {
    this.operators = operators;
    this.components = List.copyOf(components);
    this.columns = new AttributeOperator[components.size()];
    this.offsets = new int[components.size() + 1];
    offsets[0] = components.size();
    for (int i = 0; i < columns.length; i++) {
      Component component = components.get(i);
      columns[i] = operators.attributes(component.module(), component.dimension());
      offsets[i + 1] = offsets[i] + component.dimension();
    }
    int d = operators.spec().dimension();
    this.plain = new float[d];
    this.rotated = new float[d];
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
  public double columnEnergy(int i) {
    return 0.25 * 0.25 * (components.get(i).inner() ? 2.0 / 16 : 1);
  }

  @Override
  public void apply(float[] x, float[] out) {
    Arrays.fill(plain, 0f);
    Arrays.fill(rotated, 0f);
    for (int i = 0; i < columns.length; i++) {
      float[] target = components.get(i).inner() ? rotated : plain;
      columns[i].addSignature(target, x[i], gathered);
      columns[i].add(target, x, offsets[i], gathered);
    }
    for (int i = 0; i < out.length; i++) {
      out[i] = 0.5f * plain[i];
    }
    operators.ownAttributes().addTransparent(out, 0.125f, rotated, gathered);
  }

  @Override
  public void adjoint(float[] y, float[] out) {
    for (int i = 0; i < y.length; i++) {
      plain[i] = 0.5f * y[i];
    }
    Arrays.fill(rotated, 0f);
    operators.ownAttributes().addTransposed(rotated, 0.125f, y, gathered);
    for (int i = 0; i < columns.length; i++) {
      float[] source = components.get(i).inner() ? rotated : plain;
      out[i] = columns[i].dotSignature(source, gathered);
      columns[i].adjoint(source, out, offsets[i], gathered);
    }
  }
}
