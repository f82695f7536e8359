package io.resketch.server.index;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * Thirty-two products at a time with the Vector API. Loaded by name, where the JVM was started with
 * {@code --add-modules jdk.incubator.vector}; compiled apart from the rest, as javac warns of the
 * module.
 */
final class VectorByteDot extends ByteDot {
  private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_128;
  private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_256;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_256;
  private static final int STEP = 32;

  /**
   * @throws UnsupportedOperationException if the machine has no registers of 256 bits
   */
  VectorByteDot() {
    if (ByteVector.SPECIES_PREFERRED.vectorBitSize() < SHORTS.vectorBitSize()) {
      throw new UnsupportedOperationException("the machine's registers are short");
    }
  }

  @Override
  int dot(byte[] a, byte[] b, int from) {
    IntVector low = IntVector.zero(INTS);
    IntVector high = IntVector.zero(INTS);
    int whole = a.length & -STEP;
    for (int i = 0; i < whole; i += STEP) {
      // Two products of at most 127² have room in a short.
      ShortVector two =
          shorts(a, i)
              .mul(shorts(b, from + i))
              .add(shorts(a, i + BYTES.length()).mul(shorts(b, from + i + BYTES.length())));
      low = low.add((IntVector) two.convertShape(VectorOperators.S2I, INTS, 0));
      high = high.add((IntVector) two.convertShape(VectorOperators.S2I, INTS, 1));
    }
    int sum = low.add(high).reduceLanes(VectorOperators.ADD);
    for (int i = whole; i < a.length; i++) {
      sum += a[i] * b[from + i];
    }
    return sum;
  }

  /** Of the class itself: through the general one, JDK 17 puts every vector on the heap. */
  private static ShortVector shorts(byte[] bytes, int i) {
    return (ShortVector)
        ByteVector.fromArray(BYTES, bytes, i).convertShape(VectorOperators.B2S, SHORTS, 0);
  }
}
