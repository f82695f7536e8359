package io.resketch.core.format;

import io.resketch.core.InvalidInputException;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.spec.Fingerprint;
import io.resketch.core.spec.SketchSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * The binary image of a sketch, in files, in storage and on the wire. Little-endian:
 *
 * <pre>
 * offset  bytes  content
 *      0      4  magic "RSKT"
 *      4      2  format version, 1
 *      6      1  encoding of the values: 1 = float32
 *      7      1  zero
 *      8     32  fingerprint of the spec
 *     40      4  dimension d
 *     44      4  prefix length p, a multiple of 16, 16 to d
 *     48      8  number of runs
 *     56      8  mass, float64
 *     64    4·p  values
 * 64+4·p      4  CRC-32C of all before
 * </pre>
 */
public final class SketchImage {
  private static final int MAGIC = 'R' | 'S' << 8 | 'K' << 16 | 'T' << 24;
  private static final short VERSION = 1;
  private static final byte F32 = 1;
  private static final int HEADER_BYTES = 64;
  private static final int CHECKSUM_BYTES = 4;

  private SketchImage() {}

  /** Bytes of an image that are not values. */
  public static int overheadBytes() {
    return HEADER_BYTES + CHECKSUM_BYTES;
  }

  public static byte[] write(Sketch sketch) {
    int prefix = sketch.prefixLength();
    ByteBuffer out =
        ByteBuffer.allocate(HEADER_BYTES + 4 * prefix + CHECKSUM_BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(MAGIC).putShort(VERSION).put(F32).put((byte) 0);
    out.put(sketch.fingerprint().toBytes());
    out.putInt(sketch.dimension()).putInt(prefix);
    out.putLong(sketch.runs()).putDouble(sketch.mass());
    for (int i = 0; i < prefix; i++) {
      out.putFloat(sketch.value(i));
    }
    out.putInt(checksum(out.array(), out.position()));
    return out.array();
  }

  /**
   * Reads and validates untrusted bytes. Nothing is allocated before sizes and checksum hold.
   *
   * @throws InvalidInputException if they are not a sketch, are of an unknown version, are cut
   *     short or too long, or fail the checksum
   */
  public static Sketch read(byte[] image) {
    if (image.length < HEADER_BYTES + CHECKSUM_BYTES) {
      throw bad(image.length + " bytes are too few for a header; the image is cut short");
    }
    ByteBuffer in = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
    if (in.getInt(0) != MAGIC) {
      throw bad("does not start with the magic \"RSKT\": not a sketch image");
    }
    if (in.getShort(4) != VERSION) {
      throw bad(
          "format version "
              + Short.toUnsignedInt(in.getShort(4))
              + " is unknown; this release reads version "
              + VERSION);
    }
    if (in.get(6) != F32 || in.get(7) != 0) {
      throw bad("encoding " + Byte.toUnsignedInt(in.get(6)) + " is unknown; 1 is float32");
    }
    int dimension = in.getInt(40);
    int prefix = in.getInt(44);
    if (dimension <= 0 || dimension > SketchSpec.MAX_DIMENSION) {
      throw bad("dimension " + Integer.toUnsignedString(dimension) + " is out of range");
    }
    SketchSpec.checkPrefix(prefix, dimension);
    int size = HEADER_BYTES + 4 * prefix + CHECKSUM_BYTES;
    if (image.length != size) {
      throw bad(image.length + " bytes, but the header announces " + size);
    }
    if (in.getInt(size - CHECKSUM_BYTES) != checksum(image, size - CHECKSUM_BYTES)) {
      throw bad("checksum does not match; the bytes were changed after they were written");
    }
    byte[] fingerprint = new byte[Fingerprint.BYTES];
    in.get(8, fingerprint);
    float[] values = new float[prefix];
    in.position(HEADER_BYTES).asFloatBuffer().get(values);
    return Sketch.of(
        Fingerprint.ofBytes(fingerprint), dimension, values, in.getDouble(56), in.getLong(48));
  }

  private static int checksum(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }

  private static InvalidInputException bad(String description) {
    return new InvalidInputException("sketch.image", description);
  }
}
