package io.resketch.core.operator;

import java.util.Arrays;
import java.util.List;

/**
 * Asks a vector in the space of sketches whether a module's signature is in it at some place: the
 * adjoints of the steps from an object up to the sketch, and dot products with signatures. Holds
 * workspace: not thread-safe.
 */
public final class SignatureProbe {
  private final Operators operators;
  private final AttributeOperator[] columns;
  private final float[] gathered;

  /**
   * A probe for known modules, which are referred to by their index.
   *
   * @param dimensions number of attributes of each module
   */
  public SignatureProbe(Operators operators, List<String> modules, int[] dimensions) {
    this.operators = operators;
    this.columns = new AttributeOperator[modules.size()];
    for (int m = 0; m < columns.length; m++) {
      columns[m] = operators.attributes(modules.get(m), dimensions[m]);
    }
    this.gathered = new float[operators.spec().dimension()];
  }

  /**
   * out = T_iᵀ g: from a list down to the object at its position i.
   *
   * @param g not modified
   * @param out overwritten
   */
  public void toPosition(float[] g, int position, float[] out) {
    Arrays.fill(out, 0f);
    operators.position(position).addTransposed(out, 0.5f, g, gathered);
  }

  /** out = (1 − τ) R̂_iᵀ g: of {@link #toPosition}, what belongs to this position and no other. */
  public void toPositionOnly(float[] g, int position, float[] out) {
    toPosition(g, position, out);
    float transparency = (float) operators.spec().transparency();
    for (int i = 0; i < out.length; i++) {
      out[i] -= transparency * g[i];
    }
  }

  /** out = ½ T_inputsᵀ g: from an object down to the list of its inputs. */
  public void toInputs(float[] g, float[] out) {
    Arrays.fill(out, 0f);
    operators.ownInputs().addTransposed(out, 0.25f, g, gathered);
  }

  /** out = ½ T_attrᵀ g: from an object with inputs to its own signature and attributes. */
  public void toOwn(float[] g, float[] out) {
    Arrays.fill(out, 0f);
    operators.ownAttributes().addTransposed(out, 0.25f, g, gathered);
  }

  /** ⟨½ R_{M,2} e_1, y⟩. */
  public double dot(int module, float[] y) {
    return columns[module].dotSignature(y, gathered);
  }

  /**
   * Standard deviation of {@link #dot} if y has nothing to do with the module: with b = ⟨½ R_{M,2}
   * e_1, y⟩, P(b ≥ t · deviation) ≤ exp(−t²/2) over the module's random signs, whatever y is
   * (Hoeffding, "Probability inequalities for sums of bounded random variables", 1963).
   */
  public double deviation(int module, float[] y) {
    return columns[module].signatureDeviation(y);
  }

  /** out[j] = ⟨½ R_{M,1} e_j, y⟩ for every attribute j of a module. */
  public void attributes(int module, float[] y, float[] out) {
    columns[module].adjoint(y, out, 0, gathered);
  }
}
