package io.resketch.core.recovery;

/**
 * The products of a tile of a basis with {@link SparseSearch#WIDTH} vectors, and back. Rounding may
 * differ between implementations. Stateless, thread-safe.
 */
abstract class Products {
  /** The Vector API where the JVM was started with it, else plain Java. */
  static final Products BEST = best();

  private static Products best() {
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()) {
      try {
        return Class.forName("io.resketch.core.recovery.VectorProducts")
            .asSubclass(Products.class)
            .getDeclaredConstructor()
            .newInstance();
      } catch (ReflectiveOperationException | LinkageError e) {
        return new PlainProducts(); // the module is not the one the class was compiled for
      }
    }
    return new PlainProducts();
  }

  /**
   * Z = V W.
   *
   * @param v rows of {@code dims} values, from {@code from} on
   * @param rows an even number
   * @param w dims × WIDTH
   * @param z rows × WIDTH, replaced
   */
  abstract void forward(float[] v, int from, int rows, int dims, float[] w, float[] z);

  /**
   * W += V' Y.
   *
   * @param y rows × WIDTH
   * @param w dims × WIDTH
   */
  abstract void back(float[] v, int from, int rows, int dims, float[] y, float[] w);
}
