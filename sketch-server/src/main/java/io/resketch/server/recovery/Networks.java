package io.resketch.server.recovery;

import com.google.protobuf.ByteString;
import io.resketch.core.InvalidInputException;
import io.resketch.server.repository.Receipt;
import io.resketch.server.repository.RepositoryException;
import io.resketch.server.repository.RepositoryException.Reason;
import io.resketch.server.storage.JobStore;
import io.resketch.server.storage.RocksStore;
import io.resketch.server.storage.StoreBatch;
import io.resketch.v1.Corpus;
import io.resketch.v1.RecoverNetworkResponse;
import io.resketch.v1.RecoveredEdge;
import io.resketch.v1.RecoveredFunction;
import io.resketch.v1.RecoveredNetwork;
import io.resketch.v1.RecoveredObject;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The networks that were found. Thread-safe. */
public final class Networks {
  private final RocksStore store;
  private final JobStore records;

  public Networks(RocksStore store) {
    this.store = store;
    this.records = new JobStore(store);
  }

  /**
   * A network.
   *
   * @throws RepositoryException NETWORK_NOT_FOUND
   */
  public RecoveredNetwork network(String id, boolean withArrays) {
    return records.network(id, withArrays).orElseThrow(() -> missing(id));
  }

  private static RepositoryException missing(String id) {
    return new RepositoryException(
        Reason.NETWORK_NOT_FOUND, RecoveryNames.network(id) + " does not exist");
  }

  /** Networks behind an id, in order, without their arrays. */
  public List<RecoveredNetwork> after(String after, int limit) {
    return records.networksAfter(after, limit);
  }

  /**
   * Deletes a network; returns when that is on disk.
   *
   * @throws RepositoryException NETWORK_NOT_FOUND
   */
  public synchronized boolean delete(String id, Receipt<Boolean> receipt) {
    network(id, false);
    try (StoreBatch batch = store.batch()) {
      records.deleteNetwork(batch, id);
      receipt.into(batch, true);
      batch.commit();
    }
    return true;
  }

  static RecoverNetworkResponse summary(RecoveredNetwork network) {
    RecoverNetworkResponse.Builder out = RecoverNetworkResponse.newBuilder();
    if (network.hasHeldOutPredictionRelativeError()) {
      out.setHeldOutPredictionRelativeError(network.getHeldOutPredictionRelativeError());
    }
    if (network.hasPredictionCheck()) {
      out.setPredictionCheck(network.getPredictionCheck());
    }
    return out.setNetwork(network.getName())
        .setColumnCount(network.getColumnCount())
        .setExactColumnCount(network.getExactColumnCount())
        .setObjectCount(network.getObjectsCount())
        .setEdgeCount(
            network.getObjectsList().stream().mapToInt(RecoveredObject::getInputsCount).sum())
        .setHeldOutRelativeError(network.getHeldOutRelativeError())
        .addAllUnidentified(network.getUnidentifiedList())
        .addAllSetAside(network.getSetAsideList())
        .setSummary(network.getSummary())
        .build();
  }

  static RecoveredNetwork withoutArrays(RecoveredNetwork network) {
    return network.toBuilder()
        .clearDictionary()
        .clearOffset()
        .clearInputLengths()
        .clearFunctions()
        .build();
  }

  static RecoveredNetwork arraysOnly(RecoveredNetwork network) {
    return RecoveredNetwork.newBuilder()
        .setDictionary(network.getDictionary())
        .setOffset(network.getOffset())
        .setInputLengths(network.getInputLengths())
        .addAllFunctions(network.getFunctionsList())
        .build();
  }

  /**
   * Checks what a worker sends.
   *
   * @throws InvalidInputException naming the field
   */
  static void check(RecoveredNetwork network, Corpus corpus) {
    if (network.getDimension() != corpus.getDimension()
        || !network.getInputSizesList().equals(corpus.getInputSizesList())) {
      throw new InvalidInputException(
          "network.dimension", "or input_sizes are not those of " + corpus.getName());
    }
    checkArray(
        "network.dictionary",
        network.getDictionary(),
        (long) network.getColumnCount() * network.getDimension());
    checkArray("network.offset", network.getOffset(), network.getDimension());
    checkArray(
        "network.input_lengths",
        network.getInputLengths(),
        network.getInputSizesList().stream().mapToLong(Integer::longValue).sum());
    Set<String> ids = new HashSet<>();
    for (int i = 0; i < network.getObjectsCount(); i++) {
      check("network.objects[" + i + "]", network.getObjects(i), network, ids);
      ids.add(network.getObjects(i).getId());
    }
    for (int i = 0; i < network.getFunctionsCount(); i++) {
      check("network.functions[" + i + "]", network.getFunctions(i), network);
    }
  }

  private static void check(String field, RecoveredFunction function, RecoveredNetwork network) {
    RecoveredObject object =
        network.getObjectsList().stream()
            .filter(one -> one.getId().equals(function.getObject()))
            .findFirst()
            .orElseThrow(
                () ->
                    new InvalidInputException(
                        field + ".object", function.getObject() + " is none of the network"));
    int attributes = object.getColumnsCount();
    long width = 0;
    for (RecoveredEdge edge : object.getInputsList()) {
      width +=
          edge.hasInput()
              ? network.getInputSizes(edge.getInput())
              : network.getObjectsList().stream()
                  .filter(one -> one.getId().equals(edge.getObject()))
                  .mapToInt(RecoveredObject::getColumnsCount)
                  .sum();
    }
    checkArray(field + ".map", function.getMap(), attributes * width);
    checkArray(field + ".scales", function.getScales(), attributes);
    if (function.getKept() < 1 || function.getKept() > attributes) {
      throw new InvalidInputException(
          field + ".kept",
          Integer.toUnsignedString(function.getKept()) + " must be 1 to " + attributes);
    }
  }

  private static void check(
      String field, RecoveredObject object, RecoveredNetwork network, Set<String> before) {
    if (before.contains(object.getId())) {
      throw new InvalidInputException(field + ".id", object.getId() + " was given before");
    }
    for (int column : object.getColumnsList()) {
      if (Integer.compareUnsigned(column, network.getColumnCount()) >= 0) {
        throw new InvalidInputException(
            field + ".columns",
            Integer.toUnsignedString(column)
                + " must be below column_count, "
                + network.getColumnCount());
      }
    }
    for (RecoveredEdge edge : object.getInputsList()) {
      boolean known =
          edge.hasInput()
              ? Integer.compareUnsigned(edge.getInput(), network.getInputSizesCount()) < 0
              : before.contains(edge.getObject());
      if (!known) {
        throw new InvalidInputException(
            field + ".inputs",
            (edge.hasInput() ? "input " + edge.getInput() : "object \"" + edge.getObject() + "\"")
                + " is none of the network, or comes behind");
      }
    }
  }

  private static void checkArray(String field, ByteString bytes, long floats) {
    if (bytes.size() != floats * Float.BYTES) {
      throw new InvalidInputException(
          field, bytes.size() + " bytes must be " + floats + " floats of 4 bytes");
    }
    ByteBuffer in = bytes.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
    while (in.hasRemaining()) {
      float value = in.getFloat();
      if (!Float.isFinite(value)) {
        throw new InvalidInputException(field, value + " is not finite");
      }
    }
  }
}
