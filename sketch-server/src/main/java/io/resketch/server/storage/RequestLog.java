package io.resketch.server.storage;

import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import io.resketch.v1.RequestRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** The calls with request ids that were answered. Thread-safe. */
public final class RequestLog {
  private static final int BATCH = 1000;
  private static final byte[] ALL = {};

  private final RocksStore store;

  public RequestLog(RocksStore store) {
    this.store = store;
  }

  /** What is kept of the call of an id. */
  public Optional<RequestRecord> find(UUID id) {
    return Optional.ofNullable(store.get(Family.REQUESTS, Keys.request(id)))
        .map(value -> store.parse(value, RequestRecord.parser()));
  }

  /**
   * Forgets the calls before a time.
   *
   * @return how many
   */
  public int forgetBefore(Timestamp time) {
    int forgotten = 0;
    byte[] start = ALL;
    while (start != null) {
      byte[][] next = {null};
      List<byte[]> old = new ArrayList<>();
      store.scan(
          Family.REQUESTS,
          ALL,
          start,
          (key, value) -> {
            if (old.size() == BATCH) {
              next[0] = key;
              return false;
            }
            RequestRecord record = store.parse(value, RequestRecord.parser());
            if (Timestamps.compare(record.getTime(), time) < 0) {
              old.add(key);
            }
            return true;
          });
      if (!old.isEmpty()) {
        try (StoreBatch batch = store.batch()) {
          old.forEach(batch::forgetRequest);
          batch.commit();
        }
      }
      forgotten += old.size();
      start = next[0];
    }
    return forgotten;
  }
}
