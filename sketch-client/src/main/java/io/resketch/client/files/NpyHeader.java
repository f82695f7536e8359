package io.resketch.client.files;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
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

  /** One entry of the dictionary; a structured type is a list. */
  private static final Pattern ENTRY =
      Pattern.compile(
          "\\s*'(descr|fortran_order|shape)'\\s*:\\s*"
              + "('[^']*'|\\[.*]|True|False|\\([\\d\\s,]*\\))\\s*(,|(?=}))");

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

  /** Reads the dictionary of a header: the three keys of the format, each once. */
  static NpyHeader parse(String dictionary) throws Fault {
    Map<String, String> entries = entries(dictionary.strip());
    String dtype = entry(entries, "descr");
    if (!dtype.equals("'<f4'")) {
      throw new Fault(
          "holds values of type "
              + (dtype.startsWith("'") ? dtype.replace("'", "") : "of a structured kind")
              + "; needs float32, little-endian: save a.astype('<f4') instead");
    }
    String fortran = entry(entries, "fortran_order");
    if (fortran.equals("True")) {
      throw new Fault(
          "is in Fortran order (column by column); save numpy.ascontiguousarray(a) instead");
    }
    String shape = entry(entries, "shape");
    if (!fortran.equals("False") || !shape.startsWith("(")) {
      throw new Fault("has a damaged header: " + dictionary.strip());
    }
    return shape(shape.substring(1, shape.length() - 1).strip());
  }

  private static NpyHeader shape(String shape) throws Fault {
    String[] sizes = shape.isEmpty() ? new String[0] : shape.split("\\s*,\\s*");
    if (sizes.length != 2) {
      throw new Fault(
          "has shape ("
              + shape
              + "); needs two dimensions, one sketch a row: save a.reshape(rows, -1) instead");
    }
    try {
      return new NpyHeader(Long.parseLong(sizes[0]), Integer.parseInt(sizes[1]));
    } catch (NumberFormatException e) {
      throw new Fault("has shape (" + shape + "), which is out of range");
    }
  }

  private static Map<String, String> entries(String dictionary) throws Fault {
    Map<String, String> out = new HashMap<>();
    int end = dictionary.length() - 1;
    if (!dictionary.startsWith("{") || !dictionary.endsWith("}")) {
      throw new Fault("has a damaged header: no dictionary in braces");
    }
    Matcher matcher = ENTRY.matcher(dictionary).region(1, end + 1);
    int at = 1;
    while (matcher.lookingAt()) {
      if (out.put(matcher.group(1), matcher.group(2)) != null) {
        throw new Fault("has a damaged header: '" + matcher.group(1) + "' is given twice");
      }
      at = matcher.end();
      matcher.region(at, end + 1);
    }
    if (!dictionary.substring(at, end).isBlank()) {
      throw new Fault("has a damaged header: " + dictionary.substring(at, end).strip());
    }
    return out;
  }

  private static String entry(Map<String, String> entries, String key) throws Fault {
    String out = entries.get(key);
    if (out == null) {
      throw new Fault("has a damaged header: '" + key + "' is missing");
    }
    return out;
  }

  /** What is wrong with a header, to be told with the name of the file. */
  static final class Fault extends Exception {
    private static final long serialVersionUID = 1L;

    Fault(String message) {
      super(message);
    }
  }
}
