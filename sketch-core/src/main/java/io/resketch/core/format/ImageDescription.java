package io.resketch.core.format;

import io.resketch.core.InvalidInputException;
import io.resketch.core.sketch.Encoding;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;

/** The header of an image as text, each field as it stands in the bytes, valid or not. */
final class ImageDescription {
  private final StringBuilder text = new StringBuilder();

  private ImageDescription() {}

  static String of(byte[] image) {
    ImageDescription description = new ImageDescription();
    description.line("bytes", image.length);
    try {
      SketchImage.requireOurs(image);
      description.header(image);
      SketchImage.read(image);
      description.line("state", "valid");
    } catch (InvalidInputException e) {
      description.line("fault", e.getMessage());
    }
    return description.text.toString();
  }

  private void header(byte[] image) {
    ByteBuffer in = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
    int encoding = Byte.toUnsignedInt(in.get(6));
    line("format version", in.getShort(4));
    line("encoding", encoding + Encoding.ofNumber(encoding).map(e -> " " + e).orElse(" unknown"));
    line("fingerprint", HexFormat.of().formatHex(Arrays.copyOfRange(image, 8, 40)));
    line("dimension", Integer.toUnsignedString(in.getInt(40)));
    line("prefix length", Integer.toUnsignedString(in.getInt(44)));
    line("runs", in.getLong(48));
    line("mass", in.getDouble(56));
    line("noise variance", in.getDouble(64));
    line("checksum", SketchImage.checksumHolds(image) ? "holds" : "does not match");
  }

  private void line(String field, Object value) {
    text.append(field).append(" ".repeat(16 - field.length())).append(value).append('\n');
  }
}
