package io.resketch.core.format;

import io.resketch.core.InvalidInputException;
import io.resketch.core.spec.SketchSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * What stands before and behind the images of a file, so that a file that was cut off is told from
 * a whole one. Little-endian:
 *
 * <pre>
 * offset  bytes  head                               offset  bytes  end
 *      0      4  magic "RSKF"                            0      4  magic "RSKE"
 *      4      2  format version, 1                       4      8  images since the head
 *      6      2  zero                                   12      4  CRC-32C of all before
 *      8      4  n, 0 to 1,024
 *     12      n  canonical form of the spec, empty if it is not known
 * 12 + n      4  CRC-32C of all before
 * </pre>
 *
 * <p>Files may be put one behind the other. Images without a head before them are those of a file
 * whose length was not recorded.
 */
public final class FileMarks {
  /** Bytes that say what stands at a place of a file. */
  public static final int MAGIC_BYTES = 4;

  /** Bytes of a head before the canonical form. */
  public static final int HEAD_BYTES = 12;

  /** Bytes of an end. */
  public static final int END_BYTES = 16;

  private static final int HEAD = 'R' | 'S' << 8 | 'K' << 16 | 'F' << 24;
  private static final int END = 'R' | 'S' << 8 | 'K' << 16 | 'E' << 24;
  private static final short VERSION = 1;
  private static final int MAX_FORM_BYTES = 1024;
  private static final int CHECKSUM_BYTES = 4;

  private FileMarks() {}

  /** Whether bytes begin as a head does. */
  public static boolean isHead(byte[] bytes) {
    return magic(bytes) == HEAD;
  }

  /** Whether bytes begin as an end does. */
  public static boolean isEnd(byte[] bytes) {
    return magic(bytes) == END;
  }

  private static int magic(byte[] bytes) {
    return bytes.length < MAGIC_BYTES ? 0 : buffer(bytes).getInt(0);
  }

  /** The head of a file of sketches of one spec, if that is known. */
  public static byte[] head(Optional<SketchSpec> spec) {
    byte[] form = spec.map(SketchSpec::canonicalForm).orElse("").getBytes(StandardCharsets.UTF_8);
    byte[] out = new byte[HEAD_BYTES + form.length + CHECKSUM_BYTES];
    buffer(out).putInt(HEAD).putShort(VERSION).putShort((short) 0).putInt(form.length).put(form);
    int at = out.length - CHECKSUM_BYTES;
    buffer(out).putInt(at, checksum(out, at));
    return out;
  }

  /**
   * Bytes of the head that begins with the given ones.
   *
   * @param start at least {@link #HEAD_BYTES} bytes of it
   * @throws InvalidInputException if they do not begin a head that this release reads
   */
  public static int headBytes(byte[] start) {
    ByteBuffer in = buffer(start);
    if (in.getShort(4) != VERSION) {
      throw bad(
          "head has format version "
              + Short.toUnsignedInt(in.getShort(4))
              + ", this release reads "
              + VERSION
              + "; read it with the release that wrote it");
    }
    int form = in.getInt(8);
    if (form < 0 || form > MAX_FORM_BYTES || in.getShort(6) != 0) {
      throw bad("head is damaged; copy the file again");
    }
    return HEAD_BYTES + form + CHECKSUM_BYTES;
  }

  /**
   * The spec that a head names.
   *
   * @param head all of it
   * @throws InvalidInputException if it is damaged
   */
  public static Optional<SketchSpec> spec(byte[] head) {
    requireIntact(head, "head");
    String form =
        new String(
            head, HEAD_BYTES, head.length - HEAD_BYTES - CHECKSUM_BYTES, StandardCharsets.UTF_8);
    return form.isEmpty() ? Optional.empty() : Optional.of(SketchSpec.ofCanonicalForm(form));
  }

  /** The end of a file. */
  public static byte[] end(long images) {
    byte[] out = new byte[END_BYTES];
    buffer(out).putInt(END).putLong(images);
    buffer(out).putInt(END_BYTES - CHECKSUM_BYTES, checksum(out, END_BYTES - CHECKSUM_BYTES));
    return out;
  }

  /**
   * The number of images that an end tells.
   *
   * @throws InvalidInputException if it is damaged
   */
  public static long images(byte[] end) {
    requireIntact(end, "end mark");
    return buffer(end).getLong(4);
  }

  private static ByteBuffer buffer(byte[] bytes) {
    return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static int checksum(byte[] bytes, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, 0, length);
    return (int) crc.getValue();
  }

  private static void requireIntact(byte[] mark, String what) {
    int at = mark.length - CHECKSUM_BYTES;
    if (buffer(mark).getInt(at) != checksum(mark, at)) {
      throw bad(what + " is damaged: its checksum does not match; copy the file again");
    }
  }

  private static InvalidInputException bad(String description) {
    return new InvalidInputException("file", "its " + description);
  }
}
