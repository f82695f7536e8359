package io.resketch.core.recovery;

import java.io.Serializable;
import java.util.Arrays;

/**
 * What a hidden object does with its inputs: z = map · u; of z only the {@code kept} greatest
 * entries stay, and if {@code rectified} only those above 0; if {@code unit}, z is divided by its
 * length. Code j is scales[j] z_j. Immutable as long as its arrays are left alone, thread-safe.
 *
 * @param map one row for every attribute of the object, of one value for every attribute of its
 *     inputs: those of input objects as they are, those of hidden ones as codes
 * @param scales of the attributes' codes
 * @param kept entries kept at most, 1 to the number of attributes; by magnitude if not rectified
 * @param rectified whether no code is below 0
 * @param unit whether the vector of attributes has length 1
 * @param heldOutRelativeError ‖x − x̂‖ / ‖x − mean‖ of the object's codes over the pairs held out,
 *     x̂ from the inputs of the network alone
 * @param sameActive share of those pairs in which the same attributes are not 0
 */
public record ObjectFunction(
    double[][] map,
    double[] scales,
    int kept,
    boolean rectified,
    boolean unit,
    double heldOutRelativeError,
    double sameActive)
    implements Serializable {
  /**
   * The codes of the object.
   *
   * @param u attributes of its inputs, one after the other
   */
  public double[] codes(double[] u) {
    double[] z = new double[map.length];
    for (int j = 0; j < z.length; j++) {
      z[j] = Kernels.dot(map[j], 0, u, 0, u.length);
    }
    keep(z);
    if (unit) {
      Symmetric.unit(z);
    }
    for (int j = 0; j < z.length; j++) {
      z[j] *= scales[j];
    }
    return z;
  }

  /** Sets all but the entries that are kept to 0. */
  void keep(double[] z) {
    double[] sizes = new double[z.length];
    for (int j = 0; j < z.length; j++) {
      sizes[j] = rectified ? Math.max(z[j], 0) : Math.abs(z[j]);
    }
    double[] sorted = sizes.clone();
    Arrays.sort(sorted);
    double least = sorted[sorted.length - kept];
    int ties = kept;
    for (double size : sizes) {
      ties -= size > least ? 1 : 0;
    }
    for (int j = 0; j < z.length; j++) {
      boolean stays = sizes[j] > least || (sizes[j] == least && ties-- > 0);
      z[j] = stays && sizes[j] > 0 ? z[j] : 0;
    }
  }

  /** The same with other measures. */
  ObjectFunction measured(Agreement agreement) {
    return new ObjectFunction(
        map, scales, kept, rectified, unit, agreement.error(), agreement.sameActive());
  }
}
