package io.resketch.client.files;

import io.resketch.core.InvalidInputException;
import io.resketch.core.format.FileMarks;
import io.resketch.core.format.SketchImage;
import io.resketch.core.spec.Fingerprint;
import io.resketch.core.spec.SketchSpec;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;

/**
 * How a file of sketch images is laid out, told from its marks and the headers of the images alone.
 *
 * @param images their number
 * @param lengthRecorded whether every image stands between a head and an end; if not, nobody can
 *     tell whether images are missing behind the last one
 * @param spec that the first head names
 * @param fingerprint of the first image
 * @param dimension of the first image, 0 if there is none
 */
record ImageFileLayout(
    long images,
    boolean lengthRecorded,
    Optional<SketchSpec> spec,
    Optional<Fingerprint> fingerprint,
    int dimension) {

  /**
   * Walks through a file.
   *
   * @throws InputFileException if it is cut off, or damaged in what is read here
   */
  static ImageFileLayout of(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return new Walk(file, channel).layout();
    }
  }

  private static final class Walk {
    private final Path file;
    private final FileChannel channel;
    private final long size;
    private long position;
    private long images;
    private boolean recorded = true;

    /** Images since the head, −1 where there is none. */
    private long inSection = -1;

    private Optional<SketchSpec> spec = Optional.empty();
    private Optional<Fingerprint> fingerprint = Optional.empty();
    private int dimension;

    Walk(Path file, FileChannel channel) throws IOException {
      this.file = file;
      this.channel = channel;
      this.size = channel.size();
    }

    ImageFileLayout layout() throws IOException {
      while (position < size) {
        byte[] start = read(Math.min(SketchImage.HEADER_BYTES, size - position));
        try {
          step(start);
        } catch (InvalidInputException e) {
          throw new InputFileException(file, "row " + images + ": " + e.getMessage());
        }
      }
      if (inSection >= 0) {
        throw cut();
      }
      return new ImageFileLayout(images, recorded, spec, fingerprint, dimension);
    }

    private void step(byte[] start) throws IOException {
      if (FileMarks.isHead(start)) {
        head(start);
      } else if (FileMarks.isEnd(start)) {
        end();
      } else {
        image(start);
      }
    }

    private void head(byte[] start) throws IOException {
      if (inSection >= 0 || start.length < FileMarks.HEAD_BYTES) {
        throw cut();
      }
      byte[] head = whole(FileMarks.headBytes(start));
      Optional<SketchSpec> named = FileMarks.spec(head);
      if (spec.isEmpty() && images == 0) {
        spec = named;
      }
      inSection = 0;
      position += head.length;
    }

    private void end() throws IOException {
      long told = FileMarks.images(whole(FileMarks.END_BYTES));
      if (told != inSection) {
        throw new InputFileException(
            file,
            "has "
                + Math.max(0, inSection)
                + " images before its end mark, which tells of "
                + told
                + "; copy it again");
      }
      inSection = -1;
      position += FileMarks.END_BYTES;
    }

    private void image(byte[] start) throws IOException {
      if (start.length < SketchImage.HEADER_BYTES) {
        throw new InputFileException(file, "is cut off within the header of row " + images);
      }
      int length = SketchImage.length(start);
      if (length > size - position) {
        throw new InputFileException(file, "is cut off within its last image, row " + images);
      }
      Fingerprint own = Fingerprint.ofBytes(Arrays.copyOfRange(start, 8, 8 + Fingerprint.BYTES));
      if (images == 0) {
        fingerprint = Optional.of(own);
        dimension = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN).getInt(40);
      }
      if (inSection >= 0) {
        inSection++;
      } else {
        recorded = false;
      }
      images++;
      position += length;
    }

    private byte[] whole(int bytes) throws IOException {
      if (bytes > size - position) {
        throw cut();
      }
      return read(bytes);
    }

    private byte[] read(long bytes) throws IOException {
      ByteBuffer out = ByteBuffer.allocate((int) bytes);
      while (out.hasRemaining()) {
        if (channel.read(out, position + out.position()) < 0) {
          throw cut();
        }
      }
      return out.array();
    }

    private InputFileException cut() {
      return new InputFileException(
          file,
          "is cut off behind "
              + images
              + (images == 1 ? " image" : " images")
              + ": its end mark is missing; copy or make it again");
    }
  }
}
