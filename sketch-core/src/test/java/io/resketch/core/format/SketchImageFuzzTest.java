package io.resketch.core.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import io.resketch.core.InvalidInputException;
import io.resketch.core.sketch.Encoding;
import io.resketch.core.sketch.Sketch;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Mutants of valid images. Each is refused with InvalidInputException, or it is the image of a
 * sketch to the byte. A refusal allocates no more than its exception, and a sketch its values.
 */
class SketchImageFuzzTest {
  private static final int MUTANTS = 200_000;
  private static final int WARM_UP = 2_000;

  /** Header, buffers, and the exception with its stack trace. */
  private static final int SMALL = 16 * 1024;

  /** Numbers at the edges of the header's fields. */
  private static final long[] EXTREMES = {
    0,
    1,
    2,
    3,
    15,
    16,
    17,
    4096,
    1 << 22,
    (1 << 22) + 16,
    1 << 24,
    Integer.MAX_VALUE - 15,
    Integer.MIN_VALUE,
    -16,
    -1,
    1L << 53,
    (1L << 53) + 1,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    0x7ff0000000000000L,
    0x7fefffffffffffffL,
    0x7ff8000000000001L,
    0x3ff0000000000000L
  };

  private final SplittableRandom random = new SplittableRandom(20);
  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final List<byte[]> images = new ArrayList<>();
  private int accepted;

  SketchImageFuzzTest() {
    for (Encoding encoding : Encoding.values()) {
      for (int prefix : new int[] {16, 48, 256}) {
        images.add(SketchImage.write(SketchImageTest.example().truncate(prefix).encode(encoding)));
      }
    }
  }

  @Test
  void mutants_areRefusedOrExact_andAllocateNothingAnnounced() {
    for (int i = 0; i < MUTANTS; i++) {
      byte[] mutant = mutant();
      try {
        Sketch sketch = read(mutant, i >= WARM_UP);
        if (sketch != null) {
          accepted++;
          assertWrittenTheSame(sketch, mutant);
        }
        if (i % 10 == 0) {
          assertDescribed(mutant, sketch != null);
        }
      } catch (RuntimeException e) {
        fail("mutant %d %s".formatted(i, HexFormat.of().formatHex(mutant)), e);
      }
    }
    assertThat(accepted).isBetween(MUTANTS / 50, MUTANTS / 2);
  }

  /** The sketch, or null if it was refused. */
  private Sketch read(byte[] mutant, boolean warm) {
    long before = threads.getCurrentThreadAllocatedBytes();
    Sketch sketch = null;
    try {
      sketch = SketchImage.read(mutant);
    } catch (InvalidInputException e) {
      // Refused, as it may be.
    }
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    int values = sketch == null ? 0 : 4 * sketch.prefixLength();
    if (warm && allocated > values + SMALL) {
      throw new IllegalStateException("allocated " + allocated + " bytes");
    }
    return sketch;
  }

  private static void assertWrittenTheSame(Sketch sketch, byte[] mutant) {
    if (!Arrays.equals(SketchImage.write(sketch), mutant)) {
      throw new IllegalStateException("has another image than the one it was read from");
    }
  }

  private static void assertDescribed(byte[] mutant, boolean valid) {
    if (SketchImage.describe(mutant).endsWith("state           valid\n") != valid) {
      throw new IllegalStateException("is described as if it were otherwise");
    }
  }

  private byte[] mutant() {
    byte[] image = images.get(random.nextInt(images.size())).clone();
    switch (random.nextInt(6)) {
      case 0 -> flipBits(image);
      case 1 -> setField(image);
      case 2 -> image = Arrays.copyOf(image, random.nextInt(image.length));
      case 3 -> image = Arrays.copyOf(image, image.length + 1 + random.nextInt(100));
      case 4 -> randomBytes(image, random.nextInt(image.length));
      default -> randomBytes(image, SketchImage.HEADER_BYTES);
    }
    if (image.length >= 4 && random.nextInt(4) > 0) {
      SketchImageTest.repairChecksum(image);
    }
    return image;
  }

  private void flipBits(byte[] image) {
    for (int n = 1 + random.nextInt(3); n > 0; n--) {
      int bit = random.nextInt(8 * image.length);
      image[bit / 8] ^= (byte) (1 << (bit % 8));
    }
  }

  private void setField(byte[] image) {
    ByteBuffer out = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
    for (int n = 1 + random.nextInt(2); n > 0; n--) {
      long value = EXTREMES[random.nextInt(EXTREMES.length)];
      switch (random.nextInt(7)) {
        case 0 -> out.put(6, (byte) value);
        case 1 -> out.put(7, (byte) value);
        case 2 -> out.putInt(40, (int) value);
        case 3 -> out.putInt(44, (int) value);
        case 4 -> out.putLong(48, value);
        case 5 -> out.putLong(56, value);
        default -> out.putLong(64, value);
      }
    }
  }

  /** Everything from a place on, so that I8_BLOCK and float values are random bits too. */
  private void randomBytes(byte[] image, int from) {
    byte[] bytes = new byte[image.length - from];
    random.nextBytes(bytes);
    System.arraycopy(bytes, 0, image, from, bytes.length);
  }
}
