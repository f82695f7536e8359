package io.resketch.client;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.resketch.v1.ReadPairsResponse;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * Some pairs of a corpus. Not to be modified.
 *
 * @param firstRow of the first pair, from 0; in a sample the rows are not consecutive
 * @param nextRow where to read on behind them
 * @param rows number of pairs
 * @param inputs rows × p attributes of the input objects, row by row
 * @param sketches rows × d floats, row by row
 */
public record PairRows(long firstRow, long nextRow, int rows, float[] inputs, float[] sketches) {
  /**
   * Reads and checks a message.
   *
   * @throws ResketchException DATA_LOSS if it is not what the server says it sent
   */
  static PairRows of(ReadPairsResponse message, int inputWidth, int dimension) {
    ByteString inputs = message.getBatch().getInputs();
    ByteString sketches = message.getBatch().getSketches();
    CRC32C checksum = new CRC32C();
    inputs.asReadOnlyByteBufferList().forEach(checksum::update);
    sketches.asReadOnlyByteBufferList().forEach(checksum::update);
    if ((int) checksum.getValue() != message.getCrc32C()) {
      throw damaged(message, "are not what the server read: their checksum differs");
    }
    int rows = message.getBatch().getRowCount();
    if (inputs.size() != (long) rows * inputWidth * Float.BYTES
        || sketches.size() != (long) rows * dimension * Float.BYTES) {
      throw damaged(
          message, "are not " + rows + " rows of " + inputWidth + " and " + dimension + " floats");
    }
    return new PairRows(
        message.getFirstRow(), message.getNextRow(), rows, floats(inputs), floats(sketches));
  }

  private static ResketchException damaged(ReadPairsResponse message, String what) {
    return ResketchException.of(
        Status.DATA_LOSS.withDescription(
            "pairs from row " + message.getFirstRow() + " on " + what + "; read them again"));
  }

  private static float[] floats(ByteString data) {
    float[] out = new float[data.size() / Float.BYTES];
    data.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(out);
    return out;
  }
}
