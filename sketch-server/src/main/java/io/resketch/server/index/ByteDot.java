package io.resketch.server.index;

/**
 * Dot products of vectors of bytes from -127 to 127, the innermost loop of the graph. All
 * implementations give the same numbers. Stateless, thread-safe.
 */
class ByteDot {
  /** The Vector API where the JVM was started with it and has wide registers, else plain Java. */
  static final ByteDot BEST = best();

  private static ByteDot best() {
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()) {
      try {
        return Class.forName("io.resketch.server.index.VectorByteDot")
            .asSubclass(ByteDot.class)
            .getDeclaredConstructor()
            .newInstance();
      } catch (ReflectiveOperationException | LinkageError e) {
        // The module of this JVM is not the one the class was compiled for, or the machine's
        // registers are short: plain Java does as well.
        return new ByteDot();
      }
    }
    return new ByteDot();
  }

  /** Σ a[i] · b[from + i] over all of a. */
  int dot(byte[] a, byte[] b, int from) {
    int sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[from + i];
    }
    return sum;
  }
}
