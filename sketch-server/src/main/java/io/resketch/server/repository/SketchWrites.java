package io.resketch.server.repository;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import io.resketch.core.InvalidInputException;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.stats.ModuleProfile;
import io.resketch.server.repository.RepositoryException.Reason;
import io.resketch.server.storage.RocksStore;
import io.resketch.server.storage.StoreBatch;
import io.resketch.v1.Collection;
import io.resketch.v1.PutItem;
import io.resketch.v1.SketchRecord;
import io.resketch.wire.Graphs;
import io.resketch.wire.Sketches;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Changes of the sketches of a collection, each one batch. Thread-safe. */
final class SketchWrites {
  private final RocksStore store;

  SketchWrites(RocksStore store) {
    this.store = store;
  }

  /**
   * Stores an item; returns when it is on disk.
   *
   * @return the record, without its sketch
   * @throws RepositoryException SKETCH_EXISTS if the id holds other content; MODULE_MISMATCH if a
   *     module was registered with another number of attributes
   */
  SketchRecord put(SketchCollection collection, PutItem item, Receipt<SketchRecord> receipt) {
    Run run = Run.of(item, collection);
    SketchRecord.Builder building =
        SketchRecord.newBuilder()
            .putAllLabels(run.labels())
            .setSketch(Sketches.sketch(run.sketch()));
    if (run.time() != null) {
      building.setTime(run.time());
    }
    io.resketch.v1.Skeleton skeleton = null;
    if (run.skeleton() != null && collection.keepsSkeletons()) {
      skeleton = Graphs.skeleton(run.skeleton());
      building
          .setSkeletonHash(ByteString.copyFrom(run.skeleton().contentHash()))
          .setSkeletonBytes(skeleton.getSerializedSize());
    }
    SketchRecord record = building.build();
    SketchRecord answer =
        Repository.named(collection, run.id(), record).toBuilder().clearSketch().build();
    synchronized (collection) {
      collection.requireLive();
      SketchRecord existing = store.sketch(collection.id(), run.id()).orElse(null);
      if (existing == null) {
        write(collection, run, record, skeleton, batch -> receipt.into(batch, answer));
      } else if (!existing.equals(record)
          && !existing.equals(shortened(collection, record, existing))) {
        throw new RepositoryException(
            Reason.SKETCH_EXISTS,
            Names.sketch(collection.id(), run.id())
                + " exists with other content; choose another id");
      }
    }
    return answer;
  }

  /** What a rule of retention left of another is still the same content. */
  private static SketchRecord shortened(
      SketchCollection collection, SketchRecord record, SketchRecord existing) {
    Sketch sketch = Repository.sketch(record);
    int kept = Repository.sketch(existing).prefixLength();
    boolean byRule =
        collection.retention().getRulesList().stream()
            .anyMatch(rule -> RetentionRules.floats(rule, collection.operators().spec()) == kept);
    return byRule && kept < sketch.prefixLength()
        ? record.toBuilder().setSketch(Sketches.sketch(sketch.truncate(kept))).build()
        : record;
  }

  private void write(
      SketchCollection collection,
      Run run,
      SketchRecord record,
      io.resketch.v1.Skeleton skeleton,
      Consumer<StoreBatch> receipt) {
    SketchCollection.State before = collection.state();
    Map<String, ModuleProfile> changed = changes(before.modules(), run.profiles());
    Collection.Builder after =
        before.stored().toBuilder()
            .setSketchCount(before.stored().getSketchCount() + 1)
            .setSketchBytes(
                before.stored().getSketchBytes() + record.getSketch().getImage().size());
    try (StoreBatch batch = store.batch()) {
      byte[] hash = record.getSkeletonHash().toByteArray();
      if (skeleton != null) {
        long uses = store.skeletonUses(collection.id(), hash);
        batch.skeletonUses(collection.id(), hash, uses + 1);
        if (uses == 0) {
          batch.skeleton(collection.id(), hash, skeleton);
          after.setSkeletonBytes(before.stored().getSkeletonBytes() + skeleton.getSerializedSize());
        }
      }
      changed.values().forEach(module -> batch.module(collection.id(), Sketches.module(module)));
      batch.sketch(collection.id(), run.id(), record);
      collection.dirtyHours().touch(batch, run.time());
      batch.change(collection.id(), collection.changes(), run.id());
      batch.collection(collection.id(), after.build());
      receipt.accept(batch);
      batch.commit();
    }
    collection.update(after.build(), changed(before.modules(), changed), 1);
  }

  /** What of the modules known changes by profiles. */
  private static Map<String, ModuleProfile> changes(
      Map<String, ModuleProfile> modules, List<ModuleProfile> profiles) {
    Map<String, ModuleProfile> changed = new TreeMap<>();
    for (ModuleProfile profile : profiles) {
      ModuleProfile known = changed.getOrDefault(profile.name(), modules.get(profile.name()));
      ModuleProfile merged = known == null ? profile : merge(known, profile);
      if (!merged.equals(known)) {
        changed.put(profile.name(), merged);
      }
    }
    return changed;
  }

  private static Map<String, ModuleProfile> changed(
      Map<String, ModuleProfile> modules, Map<String, ModuleProfile> changes) {
    if (changes.isEmpty()) {
      return modules;
    }
    Map<String, ModuleProfile> out = new TreeMap<>(modules);
    out.putAll(changes);
    return out;
  }

  /**
   * Makes modules known; returns when that is on disk.
   *
   * @throws RepositoryException MODULE_MISMATCH if a module was registered with another number of
   *     attributes
   */
  void register(SketchCollection collection, List<ModuleProfile> profiles) {
    synchronized (collection) {
      collection.requireLive();
      SketchCollection.State before = collection.state();
      Map<String, ModuleProfile> changed = changes(before.modules(), profiles);
      if (changed.isEmpty()) {
        return;
      }
      try (StoreBatch batch = store.batch()) {
        changed.values().forEach(module -> batch.module(collection.id(), Sketches.module(module)));
        batch.commit();
      }
      collection.update(before.stored(), changed(before.modules(), changed), 0);
    }
  }

  /**
   * Shortens or deletes sketches, all in one batch; returns when that is on disk. Sketches that are
   * not there, or not longer, are left out.
   *
   * @param floats how many to keep of each sketch, by id; 0 to delete it
   * @return number of sketches changed
   */
  int shorten(SketchCollection collection, Map<String, Integer> floats, Receipt<Integer> receipt) {
    synchronized (collection) {
      collection.requireLive();
      Collection.Builder after = collection.state().stored().toBuilder();
      Map<ByteString, Long> uses = new HashMap<>();
      int changed = 0;
      try (StoreBatch batch = store.batch()) {
        for (Map.Entry<String, Integer> entry : floats.entrySet()) {
          String id = entry.getKey();
          SketchRecord record = store.sketch(collection.id(), id).orElse(null);
          if (record == null) {
            continue;
          }
          if (entry.getValue() == 0) {
            batch.deleteSketch(collection.id(), id, record);
            collection.dirtyHours().touch(batch, timeOf(record));
            batch.change(collection.id(), collection.changes() + changed, id);
            forgetSkeleton(collection, record, uses, after);
            after
                .setSketchCount(after.getSketchCount() - 1)
                .setSketchBytes(after.getSketchBytes() - record.getSketch().getImage().size());
            changed++;
          } else if (Repository.sketch(Names.sketch(collection.id(), id), record).prefixLength()
              > entry.getValue()) {
            Sketch kept = Repository.sketch(record).truncate(entry.getValue());
            SketchRecord shorter = record.toBuilder().setSketch(Sketches.sketch(kept)).build();
            batch.sketch(collection.id(), id, shorter);
            collection.dirtyHours().touch(batch, timeOf(record));
            batch.change(collection.id(), collection.changes() + changed, id);
            after.setSketchBytes(
                after.getSketchBytes()
                    - record.getSketch().getImage().size()
                    + shorter.getSketch().getImage().size());
            changed++;
          }
        }
        uses.forEach((hash, n) -> batch.skeletonUses(collection.id(), hash.toByteArray(), n));
        batch.collection(collection.id(), after.build());
        if (changed > 0) {
          receipt.into(batch, changed);
          batch.commit();
        }
      }
      collection.update(after.build(), collection.state().modules(), changed);
      return changed;
    }
  }

  private static Timestamp timeOf(SketchRecord record) {
    return record.hasTime() ? record.getTime() : null;
  }

  private void forgetSkeleton(
      SketchCollection collection,
      SketchRecord record,
      Map<ByteString, Long> uses,
      Collection.Builder after) {
    ByteString hash = record.getSkeletonHash();
    if (hash.isEmpty()) {
      return;
    }
    long left =
        uses.getOrDefault(hash, store.skeletonUses(collection.id(), hash.toByteArray())) - 1;
    uses.put(hash, left);
    if (left == 0) {
      after.setSkeletonBytes(after.getSkeletonBytes() - record.getSkeletonBytes());
    }
  }

  private static ModuleProfile merge(ModuleProfile before, ModuleProfile profile) {
    try {
      return before.merge(profile);
    } catch (InvalidInputException e) {
      throw new RepositoryException(Reason.MODULE_MISMATCH, e.getMessage());
    }
  }
}
