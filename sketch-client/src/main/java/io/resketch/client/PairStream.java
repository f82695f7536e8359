package io.resketch.client;

import io.grpc.Status;
import io.resketch.v1.ReadPairsRequest;
import io.resketch.v1.ReadPairsResponse;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * The pairs of a corpus, read as they are used: the server waits meanwhile. If it becomes
 * unavailable, the stream goes on from the next row when it is back, and fails after {@link
 * ResketchClient#CALL_TIMEOUT}. To be closed, which any thread may do; else not thread-safe. {@link
 * #hasNext} throws {@link ResketchException}: NOT_FOUND if the corpus is deleted meanwhile,
 * DATA_LOSS if its pairs are damaged.
 */
public final class PairStream extends ResumingStream<ReadPairsResponse>
    implements Iterator<PairRows> {
  private final RecoveryClient client;
  private final ReadPairsRequest request;
  private final int inputWidth;
  private final int dimension;
  private long nextRow;

  PairStream(RecoveryClient client, ReadPairsRequest request, int inputWidth, int dimension) {
    super(client);
    this.client = client;
    this.request = request;
    this.inputWidth = inputWidth;
    this.dimension = dimension;
    this.nextRow = request.getFirstRow();
  }

  @Override
  Iterator<ReadPairsResponse> call() {
    return client.blockingStreams().readPairs(request.toBuilder().setFirstRow(nextRow).build());
  }

  @Override
  public boolean hasNext() {
    return hasMessage();
  }

  @Override
  public PairRows next() {
    if (!hasNext()) {
      throw new NoSuchElementException("there are no more pairs");
    }
    ReadPairsResponse message = message();
    if (message.getFirstRow() < nextRow || message.getNextRow() <= message.getFirstRow()) {
      throw ResketchException.of(
          Status.INTERNAL.withDescription(
              "the server sent rows "
                  + message.getFirstRow()
                  + " to "
                  + message.getNextRow()
                  + " where row "
                  + nextRow
                  + " was due"));
    }
    PairRows rows = PairRows.of(message, inputWidth, dimension);
    nextRow = message.getNextRow();
    return rows;
  }
}
