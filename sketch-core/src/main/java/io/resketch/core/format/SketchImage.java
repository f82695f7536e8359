package io.resketch.core.format;

import io.resketch.core.InvalidInputException;
import io.resketch.core.sketch.Encoding;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.SketchHeader;
import io.resketch.core.spec.Fingerprint;
import io.resketch.core.spec.SketchSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The binary image of a sketch, in files, in storage and on the wire. Equal sketches have equal
 * images. Little-endian:
 *
 * <pre>
 * offset  bytes  content
 *      0      4  magic "RSKT"
 *      4      2  format version, 1
 *      6      1  encoding of the values: 1 = F32, 2 = BF16, 3 = I8_BLOCK
 *      7      1  zero
 *      8     32  fingerprint of the spec
 *     40      4  dimension d, a multiple of 16
 *     44      4  prefix length p, a multiple of 16, 16 to d
 *     48      8  number of runs, 1 to 2^53
 *     56      8  mass, float64, finite, not 0
 *     64      8  noise variance, float64, finite, at least 0
 *     72      v  values: 4·p bytes in F32, 2·p in BF16, 18·p/16 in I8_BLOCK
 * 72 + v      4  CRC-32C of all before
 * </pre>
 */
public final class SketchImage {
  /** Bytes before the values. */
  public static final int HEADER_BYTES = 72;

  private static final int CHECKSUM_BYTES = 4;
  private static final int MAGIC = 'R' | 'S' << 8 | 'K' << 16 | 'T' << 24;
  private static final short VERSION = 1;

  private SketchImage() {}

  /**
   * Bytes of the image of a sketch.
   *
   * @param prefixLength a multiple of 16
   */
  public static int bytes(Encoding encoding, int prefixLength) {
    return HEADER_BYTES + encoding.bytes(prefixLength) + CHECKSUM_BYTES;
  }

  /**
   * Bytes of the image that begins with a header, to read images that lie one behind the other.
   *
   * @param header the first {@link #HEADER_BYTES} bytes, not checked beyond what gives the size
   * @throws InvalidInputException if they do not begin an image that this release reads
   */
  public static int length(byte[] header) {
    requireOurs(Arrays.copyOf(header, HEADER_BYTES + CHECKSUM_BYTES));
    ByteBuffer in = ByteBuffer.wrap(header).order(ByteOrder.LITTLE_ENDIAN);
    int prefix = in.getInt(44);
    SketchSpec.checkPrefix(prefix, SketchSpec.MAX_DIMENSION);
    return bytes(encoding(in), prefix);
  }

  /** The image of a sketch, in the sketch's encoding. */
  public static byte[] write(Sketch sketch) {
    ByteBuffer out =
        ByteBuffer.allocate(bytes(sketch.encoding(), sketch.prefixLength()))
            .order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(MAGIC).putShort(VERSION).put((byte) sketch.encoding().number()).put((byte) 0);
    out.put(sketch.fingerprint().toBytes());
    out.putInt(sketch.dimension()).putInt(sketch.prefixLength());
    out.putLong(sketch.runs()).putDouble(sketch.mass()).putDouble(sketch.noiseVariance());
    sketch.putValues(out);
    out.putInt(checksum(out.array(), out.position()));
    return out.array();
  }

  /**
   * Reads and validates untrusted bytes. The values are allocated, 4·p bytes, once everything has
   * been checked.
   *
   * @throws InvalidInputException if they are not a sketch, are of a newer or unknown version, cut
   *     short, too long or damaged, or were written with a field or value out of range; the message
   *     tells which
   */
  public static Sketch read(byte[] image) {
    requireOurs(image);
    ByteBuffer in = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
    if (!checksumHolds(image)) {
      requireSize(in);
      throw bad("damaged: the checksum does not match; fetch or copy the image again");
    }
    // From here on the bytes are as they were written: what is wrong, its writer did.
    SketchHeader header = header(in);
    requireSize(in);
    return Sketch.of(header, in.position(HEADER_BYTES));
  }

  /**
   * The header fields of an image in a few lines of text, and on the last one what {@link #read}
   * says of it. Never throws.
   */
  public static String describe(byte[] image) {
    return ImageDescription.of(image);
  }

  /** Checks magic and version, and that there is a header; a newer image may differ in all else. */
  static void requireOurs(byte[] image) {
    for (int i = 0; i < Math.min(4, image.length); i++) {
      if (image[i] != (byte) (MAGIC >>> (8 * i))) {
        throw bad("does not start with the magic \"RSKT\": not a sketch image");
      }
    }
    if (image.length >= 6) {
      int version = Byte.toUnsignedInt(image[4]) | Byte.toUnsignedInt(image[5]) << 8;
      if (version > VERSION) {
        throw bad(
            "format version "
                + version
                + " is too new; this release reads version "
                + VERSION
                + ", use a newer one");
      }
      if (version < VERSION) {
        throw bad("format version " + version + " never was; this release reads " + VERSION);
      }
    }
    if (image.length < HEADER_BYTES + CHECKSUM_BYTES) {
      throw bad(
          "cut short: "
              + image.length
              + " bytes, but header and checksum alone are "
              + (HEADER_BYTES + CHECKSUM_BYTES));
    }
  }

  /** Of an image that is ours. */
  static boolean checksumHolds(byte[] image) {
    int end = image.length - CHECKSUM_BYTES;
    int stored = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN).getInt(end);
    return stored == checksum(image, end);
  }

  /** Compares the size with what the header announces, if the header can announce one. */
  private static void requireSize(ByteBuffer in) {
    Optional<Encoding> encoding = Encoding.ofNumber(Byte.toUnsignedInt(in.get(6)));
    int prefix = in.getInt(44);
    if (encoding.isEmpty() || prefix < 0 || prefix > SketchSpec.MAX_DIMENSION) {
      return;
    }
    int announced = bytes(encoding.get(), prefix);
    if (in.capacity() != announced) {
      throw bad(
          (in.capacity() < announced ? "cut short: " : "too long: ")
              + in.capacity()
              + " bytes, but the header announces "
              + announced);
    }
  }

  private static Encoding encoding(ByteBuffer in) {
    int number = Byte.toUnsignedInt(in.get(6));
    return Encoding.ofNumber(number)
        .orElseThrow(
            () ->
                bad(
                    "encoding "
                        + number
                        + " is unknown; this release reads F32 (1), BF16 (2), I8_BLOCK (3)"));
  }

  private static SketchHeader header(ByteBuffer in) {
    Encoding encoding = encoding(in);
    if (in.get(7) != 0) {
      throw bad("reserved byte 7 is " + Byte.toUnsignedInt(in.get(7)) + ", must be 0");
    }
    byte[] fingerprint = new byte[Fingerprint.BYTES];
    in.get(8, fingerprint);
    return new SketchHeader(
        Fingerprint.ofBytes(fingerprint),
        in.getInt(40),
        in.getInt(44),
        encoding,
        in.getLong(48),
        in.getDouble(56),
        in.getDouble(64));
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
