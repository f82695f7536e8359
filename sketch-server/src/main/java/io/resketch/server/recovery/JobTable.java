package io.resketch.server.recovery;

import com.google.protobuf.Duration;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Durations;
import io.resketch.server.recovery.JobStates.Event;
import io.resketch.server.storage.JobStore;
import io.resketch.server.storage.RocksStore;
import io.resketch.server.storage.StoreBatch;
import io.resketch.v1.JobRecord;
import io.resketch.v1.RecoveryJob;
import io.resketch.v1.RecoveryJob.State;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;

/**
 * What is known of all jobs, in memory and on disk. A change is on disk before it is told. Guarded
 * by its own monitor, which {@link Jobs} and {@link Leases} hold for as long as what they read must
 * stay.
 */
final class JobTable {
  private final RocksStore store;
  private final InstantSource clock;
  private final LongSupplier nanoTime;
  private final JobStore records;
  private final JobWatches watches = new JobWatches();

  /** By id, which sorts by time of creation up to a second. */
  private final TreeMap<String, JobRecord> jobs = new TreeMap<>();

  /** When leased jobs were last heard of, by {@link #nanoTime}. */
  private final Map<String, Long> heard = new HashMap<>();

  /** Loads what the store holds. Leases of before go on as if heard of now. */
  JobTable(RocksStore store, InstantSource clock, LongSupplier nanoTime) {
    this.store = store;
    this.clock = clock;
    this.nanoTime = nanoTime;
    this.records = new JobStore(store);
    for (JobRecord record : records.jobs()) {
      jobs.put(id(record), record);
      if (JobStates.isLeased(record.getJob().getState())) {
        hear(id(record));
      }
    }
  }

  /** Jobs by id, in order; a view. */
  NavigableMap<String, JobRecord> jobs() {
    return Collections.unmodifiableNavigableMap(jobs);
  }

  JobWatches watches() {
    return watches;
  }

  /** What is stored beside the jobs. */
  JobStore records() {
    return records;
  }

  StoreBatch batch() {
    return store.batch();
  }

  /** Ids of the leased jobs; a copy. */
  List<String> leased() {
    return List.copyOf(heard.keySet());
  }

  /** Nanoseconds since the worker of a leased job was heard of. */
  OptionalLong silence(String id) {
    Long last = heard.get(id);
    return last == null ? OptionalLong.empty() : OptionalLong.of(nanoTime.getAsLong() - last);
  }

  /** The worker of a job is heard of now. */
  void hear(String id) {
    heard.put(id, nanoTime.getAsLong());
  }

  /** Changes in memory alone what may be lost. */
  void putVolatile(String id, JobRecord record) {
    jobs.put(id, record);
  }

  /** Takes a job out. */
  void remove(String id) {
    try (StoreBatch batch = store.batch()) {
      records.delete(batch, id);
      batch.commit();
    }
    jobs.remove(id);
    watches.deleted(id);
  }

  /** With the time since the worker was last heard of. */
  JobRecord worked(String id, JobRecord record) {
    OptionalLong silence = silence(id);
    if (silence.isEmpty()) {
      return record;
    }
    Duration work =
        Durations.add(record.getJob().getWork(), Durations.fromNanos(silence.getAsLong()));
    return record.toBuilder().setJob(record.getJob().toBuilder().setWork(work)).build();
  }

  /** More to be written with a change. */
  interface Also {
    void into(StoreBatch batch);
  }

  /** Moves a job on by an event. */
  JobRecord change(
      String id, JobRecord record, Event event, UnaryOperator<JobRecord> edit, Also also) {
    State next =
        JobStates.next(record.getJob().getState(), event)
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        event + " does not happen to a job that is " + record.getJob().getState()));
    JobRecord edited = edit.apply(worked(id, record));
    RecoveryJob.Builder job = edited.getJob().toBuilder().setState(next);
    JobRecord.Builder after = edited.toBuilder();
    boolean ends = JobStates.isEnd(next);
    if (ends) {
      job.setEndTime(now());
      after.clearCheckpoint().clearCheckpointCrc32C();
      if (next == State.STATE_CANCELLED) {
        after.clearFailure().clearFailureMessage();
      }
    }
    JobRecord written = after.setJob(job).build();
    write(
        id,
        written,
        batch -> {
          also.into(batch);
          if (ends) {
            records.deleteCheckpoints(batch, id);
          }
        });
    if (!JobStates.isLeased(next)) {
      heard.remove(id);
    } else if (event == Event.LEASE) {
      hear(id);
    }
    return written;
  }

  /** Writes a job, and tells those who watch it. */
  void write(String id, JobRecord record, Also also) {
    try (StoreBatch batch = store.batch()) {
      records.put(batch, id, record);
      also.into(batch);
      batch.commit();
    }
    jobs.put(id, record);
    watches.changed(id, record);
  }

  /** The time. */
  Timestamp now() {
    Instant time = clock.instant();
    return Timestamp.newBuilder()
        .setSeconds(time.getEpochSecond())
        .setNanos(time.getNano())
        .build();
  }

  /** Id of a job. */
  static String id(JobRecord record) {
    return RecoveryNames.parseOperation("name", record.getJob().getName());
  }
}
