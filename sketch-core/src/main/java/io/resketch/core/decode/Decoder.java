package io.resketch.core.decode;

/** How attributes are recovered from a sketch and a skeleton. */
public enum Decoder {
  /**
   * The adjoint of the object's path over its column energy, C_θᵀ s / ‖C_θ e_j‖²: the decoder of
   * [GPW19], section 4. One adjoint pass; every other object is noise.
   */
  MATCHED,
  /**
   * Least squares over all objects at once with a small ridge, by conjugate gradients on the
   * implicit operators. Exact up to rounding while unknowns are fewer than floats kept.
   */
  JOINT,
  /**
   * The fewest non-zero attributes that explain the sketch. Exact up to rounding beyond one unknown
   * a float, where most attributes are 0.
   */
  SPARSE,
  /** As {@link #SPARSE}, where no attribute is negative: holds about half as many again. */
  SPARSE_NONNEGATIVE
}
