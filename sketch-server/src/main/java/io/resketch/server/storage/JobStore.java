package io.resketch.server.storage;

import com.google.protobuf.ByteString;
import io.resketch.v1.JobRecord;
import io.resketch.v1.RecoveredNetwork;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Recoveries: the jobs, their checkpoints in parts, and the networks, whose arrays lie apart. An id
 * of a job is that of its network. Thread-safe.
 */
public final class JobStore {
  private final RocksStore store;

  public JobStore(RocksStore store) {
    this.store = store;
  }

  /** All jobs, by id. */
  public List<JobRecord> jobs() {
    List<JobRecord> out = new ArrayList<>();
    byte[] all = {};
    store.scan(
        Family.JOBS, all, all, (key, value) -> out.add(store.parse(value, JobRecord.parser())));
    return out;
  }

  /** Writes a job under its id. */
  public void put(StoreBatch batch, String id, JobRecord job) {
    batch.put(Family.JOBS, Keys.utf8(id), job);
  }

  /** Removes a job with its checkpoints. */
  public void delete(StoreBatch batch, String id) {
    batch.delete(Family.JOBS, Keys.utf8(id));
    deleteCheckpoints(batch, id);
  }

  /** A part of a checkpoint; empty behind the last. */
  public Optional<ByteString> part(String id, long checkpoint, int part) {
    return Optional.ofNullable(store.get(Family.CHECKPOINTS, Keys.part(id, checkpoint, part)))
        .map(ByteString::copyFrom);
  }

  /** Writes a part of a checkpoint. */
  public void part(StoreBatch batch, String id, long checkpoint, int part, ByteString bytes) {
    batch.put(Family.CHECKPOINTS, Keys.part(id, checkpoint, part), bytes.toByteArray());
  }

  /** Removes all checkpoints of a job. */
  public void deleteCheckpoints(StoreBatch batch, String id) {
    batch.deleteAllIn(Family.CHECKPOINTS, id);
  }

  /** Removes the checkpoints of a job but for one. */
  public void deleteOtherCheckpoints(StoreBatch batch, String id, long kept) {
    batch.deleteRange(Family.CHECKPOINTS, Keys.part(id, 0, 0), Keys.part(id, kept, 0));
    batch.deleteRange(
        Family.CHECKPOINTS, Keys.part(id, kept + 1, 0), Keys.part(id, Long.MAX_VALUE, 0));
  }

  /** A network, with its arrays or without. */
  public Optional<RecoveredNetwork> network(String id, boolean withArrays) {
    byte[] described = store.get(Family.NETWORKS, Keys.utf8(id));
    if (described == null) {
      return Optional.empty();
    }
    RecoveredNetwork network = store.parse(described, RecoveredNetwork.parser());
    if (!withArrays) {
      return Optional.of(network);
    }
    byte[] arrays = store.get(Family.NETWORKS, Keys.prefix(id));
    if (arrays == null) {
      throw store.damaged("the arrays of networks/" + id + " are missing");
    }
    return Optional.of(
        network.toBuilder().mergeFrom(store.parse(arrays, RecoveredNetwork.parser())).build());
  }

  /** Networks behind an id, without their arrays, in order. */
  public List<RecoveredNetwork> networksAfter(String after, int limit) {
    List<RecoveredNetwork> out = new ArrayList<>();
    byte[] all = {};
    store.scan(
        Family.NETWORKS,
        all,
        Keys.utf8(after),
        (key, value) -> {
          boolean isDescription = key[key.length - 1] != 0;
          if (isDescription && !Arrays.equals(key, Keys.utf8(after))) {
            out.add(store.parse(value, RecoveredNetwork.parser()));
          }
          return out.size() < limit;
        });
    return out;
  }

  /**
   * Writes a network.
   *
   * @param arrays holds its large fields only, {@code described} the others
   */
  public void network(
      StoreBatch batch, String id, RecoveredNetwork described, RecoveredNetwork arrays) {
    batch.put(Family.NETWORKS, Keys.utf8(id), described);
    batch.put(Family.NETWORKS, Keys.prefix(id), arrays);
  }

  /** Removes a network. */
  public void deleteNetwork(StoreBatch batch, String id) {
    batch.delete(Family.NETWORKS, Keys.utf8(id));
    batch.delete(Family.NETWORKS, Keys.prefix(id));
  }
}
