package io.resketch.client.files;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The header of a NumPy {@code .npy} file, versions 1.0 and 2.0.
 *
 * <pre>
 * offset  bytes     content
 *      0      6     0x93 "NUMPY"
 *      6      2     version, 1 0 or 2 0
 *      8      2, 4  header length n, little-endian; 4 bytes in version 2.0
 *  10, 12      n    Python dictionary, padded with blanks, closed by a line feed
 * </pre>
 *
 * <p>Written headers are version 1.0 and always {@value #WRITTEN_BYTES} bytes long, a multiple of
 * 64 with room for any shape, so that the number of rows can be filled in at the end.
 */
record NpyHeader(long rows, int columns) {
  static final int WRITTEN_BYTES = 128;
  static final int PREFIX_BYTES = 8;

  /** Numpy's own limit for headers that it reads without being told to trust them. */
  static final int MAX_HEADER_BYTES = 10_000;

  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};
  private static final Pattern DTYPE = Pattern.compile("'descr'\\s*:\\s*(?:'([^']*)'|(\\[))");
  private static final Pattern FORTRAN = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([\\d\\s,]*)\\)");

  ByteBuffer write() {
    String dictionary =
        "{'descr': '<f4', 'fortran_order': False, 'shape': (" + rows + ", " + columns + "), }";
    byte[] out = new byte[WRITTEN_BYTES];
    Arrays.fill(out, (byte) ' ');
    ByteBuffer buffer = ByteBuffer.wrap(out).order(ByteOrder.LITTLE_ENDIAN);
    buffer.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) (WRITTEN_BYTES - 10));
    buffer.put(dictionary.getBytes(StandardCharsets.US_ASCII));
    out[WRITTEN_BYTES - 1] = '\n';
    return buffer.rewind();
  }

  /**
   * Bytes of the length field behind the first eight bytes.
   *
   * @return a fault instead of the size, if the bytes do not begin a file of a known version
   */
  static int lengthBytes(byte[] prefix) throws Fault {
    if (prefix.length < PREFIX_BYTES || !Arrays.equals(prefix, 0, 6, MAGIC, 0, 6)) {
      throw new Fault("is not a NumPy file: it does not start with \\x93NUMPY");
    }
    if ((prefix[6] != 1 && prefix[6] != 2) || prefix[7] != 0) {
      throw new Fault(
          "is a NumPy file of version "
              + prefix[6]
              + "."
              + prefix[7]
              + "; versions 1.0 and 2.0 can be read");
    }
    return prefix[6] == 1 ? 2 : 4;
  }

  /** Reads the dictionary of a header. */
  static NpyHeader parse(String dictionary) throws Fault {
    String dtype = find(DTYPE, dictionary).orElse("of a structured kind");
    if (!dtype.equals("<f4")) {
      throw new Fault(
          "holds values of type "
              + dtype
              + "; needs float32, little-endian: save a.astype('<f4') instead");
    }
    if (find(FORTRAN, dictionary).orElseThrow(() -> damaged("'fortran_order'")).equals("True")) {
      throw new Fault(
          "is in Fortran order (column by column); save numpy.ascontiguousarray(a) instead");
    }
    String shape = find(SHAPE, dictionary).orElseThrow(() -> damaged("'shape'"));
    String[] sizes = shape.isBlank() ? new String[0] : shape.trim().split("\\s*,\\s*");
    if (sizes.length != 2) {
      throw new Fault(
          "has shape ("
              + shape.trim()
              + "); needs two dimensions, one sketch a row: save a.reshape(rows, -1) instead");
    }
    try {
      return new NpyHeader(Long.parseLong(sizes[0]), Integer.parseInt(sizes[1]));
    } catch (NumberFormatException e) {
      throw new Fault("has shape (" + shape.trim() + "), which is out of range");
    }
  }

  private static Fault damaged(String key) {
    return new Fault("has a damaged header: " + key + " is missing");
  }

  private static Optional<String> find(Pattern pattern, String text) {
    Matcher matcher = pattern.matcher(text);
    return matcher.find() ? Optional.ofNullable(matcher.group(1)) : Optional.empty();
  }

  /** What is wrong with a header, to be told with the name of the file. */
  static final class Fault extends Exception {
    private static final long serialVersionUID = 1L;

    Fault(String message) {
      super(message);
    }
  }
}
