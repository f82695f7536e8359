package io.resketch.server.recovery;

import com.google.protobuf.ByteString;
import io.resketch.core.InvalidInputException;
import io.resketch.v1.Corpus;
import io.resketch.v1.PairBatch;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * The shape of a corpus's pairs.
 *
 * @param inputBytes bytes of the inputs of a pair
 * @param sketchBytes bytes of the sketch of a pair
 */
record PairRows(int inputBytes, int sketchBytes) {
  static final int MAX_BATCH_ROWS = 1 << 16;
  private static final int MAX_BATCH_BYTES = 32 << 20;
  private static final int HASH_BYTES = 16;

  static PairRows of(Corpus corpus) {
    int attributes = corpus.getInputSizesList().stream().mapToInt(Integer::intValue).sum();
    return new PairRows(attributes * Float.BYTES, corpus.getDimension() * Float.BYTES);
  }

  int bytes() {
    return inputBytes + sketchBytes;
  }

  /**
   * Checks a batch that comes from outside.
   *
   * @throws InvalidInputException naming the field and the row
   */
  void check(PairBatch batch) {
    int rows = batch.getRowCount();
    if (rows < 1 || rows > MAX_BATCH_ROWS) {
      throw new InvalidInputException(
          "batch.row_count", Integer.toUnsignedString(rows) + " must be 1 to " + MAX_BATCH_ROWS);
    }
    if ((long) rows * bytes() > MAX_BATCH_BYTES) {
      throw new InvalidInputException(
          "batch.row_count",
          rows
              + " pairs of "
              + bytes()
              + " bytes are more than the "
              + MAX_BATCH_BYTES
              + " bytes of a batch; send them in several");
    }
    checkSize("batch.inputs", batch.getInputs(), rows, inputBytes);
    checkSize("batch.sketches", batch.getSketches(), rows, sketchBytes);
    checkFinite("batch.inputs", batch.getInputs(), inputBytes);
    checkFinite("batch.sketches", batch.getSketches(), sketchBytes);
  }

  private static void checkSize(String field, ByteString bytes, int rows, int rowBytes) {
    if (bytes.size() != rows * rowBytes) {
      throw new InvalidInputException(
          field,
          bytes.size()
              + " bytes are not "
              + rows
              + " rows of "
              + rowBytes / Float.BYTES
              + " floats of the corpus, "
              + (long) rows * rowBytes
              + " bytes");
    }
  }

  private static void checkFinite(String field, ByteString bytes, int rowBytes) {
    ByteBuffer in = bytes.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at < in.limit(); at += Float.BYTES) {
      float value = in.getFloat(at);
      if (!Float.isFinite(value)) {
        throw new InvalidInputException(
            field + "[" + at / rowBytes + "][" + at % rowBytes / Float.BYTES + "]",
            value + " is not finite; leave out such pairs");
      }
    }
  }

  /** Tells pairs apart that differ in a bit. */
  byte[] hash(PairBatch batch, int row) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(inputs(batch, row, row + 1).asReadOnlyByteBuffer());
      digest.update(sketches(batch, row, row + 1).asReadOnlyByteBuffer());
      return Arrays.copyOf(digest.digest(), HASH_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Inputs of rows [from, to). */
  ByteString inputs(PairBatch batch, int from, int to) {
    return batch.getInputs().substring(from * inputBytes, to * inputBytes);
  }

  /** Sketches of rows [from, to). */
  ByteString sketches(PairBatch batch, int from, int to) {
    return batch.getSketches().substring(from * sketchBytes, to * sketchBytes);
  }
}
