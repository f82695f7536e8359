package io.resketch.server.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ByteDotTest {
  private static long expected(byte[] a, byte[] b) {
    long sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (long) a[i] * b[i];
    }
    return sum;
  }

  private static void matches(byte[] a, byte[] b) {
    assertThat(new ByteDot().dot(a, b, 0)).isEqualTo(expected(a, b));
    assertThat(ByteDot.BEST.dot(a, b, 0)).isEqualTo(expected(a, b));
  }

  /** Otherwise the tests below would try plain Java twice. */
  @Test
  void theTestsRunWithTheVectorApi() throws ReflectiveOperationException {
    assertThat(ModuleLayer.boot().findModule("jdk.incubator.vector")).isPresent();
    // By name: javac warns of the module where it is imported.
    Object widest =
        Class.forName("jdk.incubator.vector.ByteVector").getField("SPECIES_PREFERRED").get(null);
    Object bits =
        Class.forName("jdk.incubator.vector.VectorSpecies")
            .getMethod("vectorBitSize")
            .invoke(widest);
    assertThat(ByteDot.BEST.getClass().getSimpleName())
        .isEqualTo((int) bits < 256 ? "ByteDot" : "VectorByteDot");
  }

  @Test
  void everyImplementation_isExact() {
    Random random = new Random(4);
    for (int length = 16; length <= 512; length += 16) {
      byte[] a = new byte[length];
      byte[] b = new byte[length];
      for (int i = 0; i < length; i++) {
        a[i] = (byte) (random.nextInt(255) - 127);
        b[i] = (byte) (random.nextInt(255) - 127);
      }
      matches(a, b);
    }
  }

  @Test
  void extremes_doNotOverflow() {
    byte[] most = new byte[512];
    Arrays.fill(most, (byte) 127);
    byte[] least = new byte[512];
    Arrays.fill(least, (byte) -127);
    matches(most, most);
    matches(most, least);
    matches(least, least);
  }
}
