package io.resketch.client;

import com.google.protobuf.ByteString;
import io.resketch.core.InvalidInputException;
import io.resketch.v1.PairBatch;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Iterator;
import java.util.NoSuchElementException;

/** Pairs gathered in batches of about 1 MiB, as they are needed. Not thread-safe. */
final class PairBatches implements Iterator<PairBatch> {
  private static final int BATCH_BYTES = 1 << 20;
  private static final int MAX_ROWS = 65_536;

  private final Iterator<Pair> pairs;
  private final int inputWidth;
  private final int dimension;
  private final int most;
  private long row;

  PairBatches(Iterator<Pair> pairs, int inputWidth, int dimension) {
    this.pairs = pairs;
    this.inputWidth = inputWidth;
    this.dimension = dimension;
    int rowBytes = Float.BYTES * (inputWidth + dimension);
    this.most = Math.max(1, Math.min(MAX_ROWS, BATCH_BYTES / rowBytes));
  }

  @Override
  public boolean hasNext() {
    return pairs.hasNext();
  }

  @Override
  public PairBatch next() {
    if (!hasNext()) {
      throw new NoSuchElementException("there are no more pairs");
    }
    ByteBuffer inputs = floats(inputWidth);
    ByteBuffer sketches = floats(dimension);
    int rows = 0;
    for (; rows < most && pairs.hasNext(); rows++, row++) {
      Pair pair = pairs.next();
      put("inputs", pair.inputs(), inputWidth, inputs);
      put("sketch", pair.sketch(), dimension, sketches);
    }
    return PairBatch.newBuilder()
        .setRowCount(rows)
        .setInputs(ByteString.copyFrom(inputs.flip()))
        .setSketches(ByteString.copyFrom(sketches.flip()))
        .build();
  }

  private ByteBuffer floats(int width) {
    return ByteBuffer.allocate(most * width * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
  }

  private void put(String field, float[] values, int width, ByteBuffer out) {
    if (values.length != width) {
      throw new InvalidInputException(
          "pairs[" + row + "]." + field,
          values.length + " values; this corpus has " + width + " in every pair");
    }
    for (float value : values) {
      out.putFloat(value);
    }
  }
}
