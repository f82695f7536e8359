package io.resketch.client.files;

import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.resketch.v1.Computation;
import io.resketch.v1.Skeleton;
import io.resketch.v1.WeightedInput;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * Writes messages in their proto3 JSON form, one a line. The file appears on {@link #commit()}. Not
 * thread-safe.
 */
public final class JsonLinesWriter implements Closeable {
  private static final JsonFormat.Printer PRINTER =
      JsonFormat.printer().omittingInsignificantWhitespace();

  private final ReplacingFile file;
  private final BufferedWriter out;

  /**
   * Opens a new file.
   *
   * @throws InputFileException if it cannot be created at this place
   */
  public JsonLinesWriter(Path target) throws IOException {
    this.file = new ReplacingFile(target);
    OutputStream bytes =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            file.write(ByteBuffer.wrap(new byte[] {(byte) b}));
          }

          @Override
          public void write(byte[] b, int offset, int length) throws IOException {
            file.write(ByteBuffer.wrap(b, offset, length));
          }
        };
    this.out = new BufferedWriter(new OutputStreamWriter(bytes, StandardCharsets.UTF_8), 1 << 16);
  }

  /** The one line that stands for a message, with roots under that name. */
  public static String line(Message message) {
    try {
      return PRINTER.print(withRoots(message));
    } catch (IOException e) {
      throw new IllegalStateException("only a message that holds an Any has no JSON form", e);
    }
  }

  /** Readers of JSON refuse names that they do not know, so there is no need of another list. */
  private static Message withRoots(Message message) {
    if (message instanceof Skeleton skeleton && skeleton.getPlacedRootsCount() > 0) {
      List<WeightedInput> roots = skeleton.getPlacedRootsList();
      return skeleton.toBuilder().clearPlacedRoots().addAllRoots(roots).build();
    }
    if (message instanceof Computation computation && computation.getPlacedRootsCount() > 0) {
      List<WeightedInput> roots = computation.getPlacedRootsList();
      return computation.toBuilder().clearPlacedRoots().addAllRoots(roots).build();
    }
    return message;
  }

  /** Adds a line made by {@link #line}. */
  public void write(String line) throws IOException {
    out.write(line);
    out.write('\n');
  }

  /** Puts the file in its place. */
  public void commit() throws IOException {
    out.flush();
    file.commit();
  }

  /** Without a commit before it, leaves no file. */
  @Override
  public void close() throws IOException {
    file.close();
  }
}
