package io.resketch.server.repository;

import com.google.protobuf.ByteString;
import com.google.protobuf.Timestamp;
import com.google.protobuf.util.Timestamps;
import io.resketch.core.InvalidInputException;
import io.resketch.core.MismatchException;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.spec.SketchSpec;
import io.resketch.core.stats.ModuleProfile;
import io.resketch.server.repository.RepositoryException.Reason;
import io.resketch.server.storage.ChangeLog;
import io.resketch.server.storage.RocksStore;
import io.resketch.server.storage.StorageException;
import io.resketch.server.storage.StoreBatch;
import io.resketch.server.storage.StoreSnapshot;
import io.resketch.v1.Collection;
import io.resketch.v1.IndexOptions;
import io.resketch.v1.Module;
import io.resketch.v1.PutItem;
import io.resketch.v1.RetentionPolicy;
import io.resketch.v1.SkeletonPolicy;
import io.resketch.v1.SketchRecord;
import io.resketch.wire.Graphs;
import io.resketch.wire.Sketches;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Collections of sketches. Every change is one atomic batch that is on disk before it is
 * acknowledged and before it can be seen. Thread-safe.
 */
public final class Repository {
  private static final int MAX_ROLL_UP_LABELS = 4;

  /** Of a vector of the index. */
  private static final int MAX_INDEX_PREFIX = 1024;

  private final RocksStore store;
  private final SketchWrites writes;
  private final Requests requests;
  private final InstantSource clock;
  private final ConcurrentSkipListMap<String, SketchCollection> collections =
      new ConcurrentSkipListMap<>();

  /** Loads what the store holds. */
  public Repository(RocksStore store, InstantSource clock) {
    this.store = store;
    this.writes = new SketchWrites(store);
    this.requests = new Requests(store, clock);
    this.clock = clock;
    for (Collection stored : store.collections()) {
      try {
        SketchCollection collection = load(stored);
        collections.put(collection.id(), collection);
      } catch (InvalidInputException | MismatchException e) {
        throw new StorageException(
            StorageException.Reason.DATA_DAMAGED,
            "the stored collection \"" + stored.getName() + "\" is damaged: " + e.getMessage(),
            e);
      }
    }
  }

  private SketchCollection load(Collection stored) {
    String id = Names.parseCollection("name", stored.getName());
    Map<String, ModuleProfile> modules = new TreeMap<>();
    for (Module module : store.modules(id)) {
      modules.put(module.getName(), Sketches.module(module));
    }
    Operators operators = new Operators(Sketches.spec(stored.getSpec()));
    SketchCollection collection =
        new SketchCollection(id, operators, stored, modules, store.changes(id).next());
    if (!store.marksHours(id)) {
      markAllHours(id);
    }
    try (StoreSnapshot snapshot = store.snapshot()) {
      snapshot.dirtyHours(id, UtcHours.FIRST, UtcHours.LAST).forEach(collection.dirtyHours()::load);
    }
    return collection;
  }

  /** For a collection of a release that had no roll-ups. */
  private void markAllHours(String id) {
    try (StoreBatch batch = store.batch();
        StoreSnapshot snapshot = store.snapshot()) {
      Optional<Timestamp> next = snapshot.timeFrom(id, Timestamps.MIN_VALUE);
      while (next.isPresent()) {
        long hour = UtcHours.of(next.get());
        batch.dirty(id, hour);
        next = snapshot.timeFrom(id, UtcHours.start(hour + 1));
      }
      batch.marksHours(id);
      batch.commit();
    }
  }

  /**
   * Creates a collection, or returns the one that is there with the same spec and policy.
   *
   * @throws RepositoryException COLLECTION_EXISTS if the id is taken by another
   */
  public synchronized Collection create(String id, Collection wanted, Receipt<Collection> receipt) {
    Names.checkCollectionId("collection_id", id);
    if (!wanted.hasSpec()) {
      throw new InvalidInputException(
          "collection.spec", "is missing; give dimension, blocks_per_column and seed");
    }
    SketchSpec spec = Sketches.spec(wanted.getSpec());
    SkeletonPolicy policy =
        switch (wanted.getSkeletonPolicy()) {
          case SKELETON_POLICY_UNSPECIFIED, SKELETON_POLICY_ALL ->
              SkeletonPolicy.SKELETON_POLICY_ALL;
          case SKELETON_POLICY_NONE -> SkeletonPolicy.SKELETON_POLICY_NONE;
          case UNRECOGNIZED ->
              throw new InvalidInputException(
                  "collection.skeleton_policy",
                  wanted.getSkeletonPolicyValue()
                      + " is unknown; use SKELETON_POLICY_ALL (1) or SKELETON_POLICY_NONE (2)");
        };
    checkRollUpLabels(wanted.getRollupLabelsList());
    checkIndex(wanted.getIndex(), spec);
    SketchCollection existing = collections.get(id);
    if (existing != null) {
      Collection stored = existing.state().stored();
      boolean same =
          stored.getSpec().equals(Sketches.spec(spec))
              && stored.getSkeletonPolicy() == policy
              && (wanted.getRollupLabelsCount() == 0
                  || stored.getRollupLabelsList().equals(wanted.getRollupLabelsList()))
              && (wanted.getCorpus().isEmpty() || stored.getCorpus().equals(wanted.getCorpus()))
              && (!wanted.hasRetention()
                  || stored.getRetention().equals(RetentionRules.checked(wanted.getRetention())))
              && (!wanted.hasIndex() || stored.getIndex().equals(wanted.getIndex()));
      if (!same) {
        throw new RepositoryException(
            Reason.COLLECTION_EXISTS,
            Names.collection(id)
                + " exists with another spec, skeleton policy, rollup_labels, corpus, retention or index;"
                + " choose another id, or change retention and index by UpdateCollection");
      }
      return describe(existing);
    }
    java.time.Instant now = clock.instant();
    Collection.Builder building =
        Collection.newBuilder()
            .setName(Names.collection(id))
            .setSpec(Sketches.spec(spec))
            .setSkeletonPolicy(policy)
            .addAllRollupLabels(wanted.getRollupLabelsList())
            .setCorpus(wanted.getCorpus())
            .setCreateTime(
                Timestamp.newBuilder().setSeconds(now.getEpochSecond()).setNanos(now.getNano()));
    setRetention(building, wanted.getRetention());
    setIndex(building, wanted.getIndex());
    Collection stored = building.build();
    SketchCollection created = new SketchCollection(id, new Operators(spec), stored, Map.of(), 0);
    try (StoreBatch batch = store.batch()) {
      batch.collection(id, stored);
      batch.marksHours(id);
      receipt.into(batch, describe(created));
      batch.commit();
    }
    collections.put(id, created);
    return describe(created);
  }

  private static void checkRollUpLabels(List<String> keys) {
    boolean isFine =
        keys.size() <= MAX_ROLL_UP_LABELS
            && keys.stream().distinct().count() == keys.size()
            && keys.stream().noneMatch(String::isEmpty);
    if (!isFine) {
      throw new InvalidInputException(
          "collection.rollup_labels",
          keys + " must be at most " + MAX_ROLL_UP_LABELS + " keys of labels, each another");
    }
  }

  /**
   * The collection of an id.
   *
   * @throws RepositoryException COLLECTION_NOT_FOUND
   */
  public SketchCollection collection(String id) {
    SketchCollection collection = collections.get(id);
    if (collection == null) {
      throw new RepositoryException(
          Reason.COLLECTION_NOT_FOUND,
          Names.collection(id) + " does not exist; create it or correct the name");
    }
    return collection;
  }

  /** All collections, by id. */
  public List<SketchCollection> collections() {
    return List.copyOf(collections.values());
  }

  /** A collection with what it holds now. */
  public Collection describe(SketchCollection collection) {
    return describe(collection.state());
  }

  private static Collection describe(SketchCollection.State state) {
    Collection.Builder out = state.stored().toBuilder();
    state.modules().values().forEach(module -> out.addModules(Sketches.module(module)));
    return out.build();
  }

  /** Ids of collections after {@code after}, in order. */
  public List<String> idsAfter(String after, int limit) {
    return collections.tailMap(after, false).keySet().stream().limit(limit).toList();
  }

  /**
   * Stores an item; returns when it is on disk.
   *
   * @return the record, without its sketch
   * @throws RepositoryException SKETCH_EXISTS if the id holds other content; MODULE_MISMATCH if a
   *     module was registered with another number of attributes
   */
  public SketchRecord put(
      SketchCollection collection, PutItem item, Receipt<SketchRecord> receipt) {
    return writes.put(collection, item, receipt);
  }

  /** As above, of a call without a request id. */
  public SketchRecord put(SketchCollection collection, PutItem item) {
    return put(collection, item, Receipt.none());
  }

  /** The calls that have request ids. */
  public Requests requests() {
    return requests;
  }

  /**
   * Makes modules known; returns when that is on disk.
   *
   * @throws RepositoryException MODULE_MISMATCH if a module was registered with another number of
   *     attributes
   */
  public void register(SketchCollection collection, List<ModuleProfile> profiles) {
    writes.register(collection, profiles);
  }

  /**
   * Shortens or deletes sketches, all in one batch; returns when that is on disk. Sketches that are
   * not there, or not longer, are left out.
   *
   * @param floats how many to keep of each sketch, by id; 0 to delete it
   * @return number of sketches changed
   */
  public int shorten(SketchCollection collection, Map<String, Integer> floats) {
    return writes.shorten(collection, floats, Receipt.none());
  }

  /**
   * The modules, by name, with those of every sketch that could be seen before the call.
   *
   * @throws RepositoryException COLLECTION_NOT_FOUND if the collection was deleted
   */
  public Map<String, ModuleProfile> settledModules(SketchCollection collection) {
    synchronized (collection) { // a write under way is on disk before its modules are known here
      collection.requireLive();
      return collection.modules();
    }
  }

  /**
   * Deletes a sketch; returns when that is on disk.
   *
   * @param allowMissing whether a sketch that is not there is no error
   * @return whether it was there
   * @throws RepositoryException COLLECTION_NOT_FOUND, SKETCH_NOT_FOUND
   */
  public boolean delete(Names.SketchName name, boolean allowMissing, Receipt<Boolean> receipt) {
    boolean deleted =
        writes.shorten(
                collection(name.collection()),
                Map.of(name.id(), 0),
                (batch, changed) -> receipt.into(batch, true))
            > 0;
    if (!deleted && !allowMissing) {
      throw missing(name);
    }
    return deleted;
  }

  /** What of a collection can change, by the names of the fields. */
  public static final Set<String> CHANGEABLE = Set.of("retention", "index");

  /**
   * Changes fields of a collection; returns when that is on disk.
   *
   * @param fields of {@link #CHANGEABLE}
   * @param wanted their new values
   * @throws RepositoryException COLLECTION_NOT_FOUND
   */
  public Collection update(
      String id, Set<String> fields, Collection wanted, Receipt<Collection> receipt) {
    SketchCollection collection = collection(id);
    synchronized (collection) {
      collection.requireLive();
      Collection.Builder after = collection.state().stored().toBuilder();
      if (fields.contains("retention")) {
        setRetention(after, wanted.getRetention());
      }
      if (fields.contains("index")) {
        checkIndex(wanted.getIndex(), collection.operators().spec());
        setIndex(after, wanted.getIndex());
      }
      Map<String, ModuleProfile> modules = collection.state().modules();
      Collection answer = describe(new SketchCollection.State(after.build(), modules, 0));
      try (StoreBatch batch = store.batch()) {
        batch.collection(id, after.build());
        receipt.into(batch, answer);
        batch.commit();
      }
      collection.update(after.build(), modules, 0);
      return answer;
    }
  }

  private static void checkIndex(IndexOptions options, SketchSpec spec) {
    int prefix = options.getPrefixLength();
    int most = Math.min(MAX_INDEX_PREFIX, spec.dimension());
    if (prefix < 0 || prefix % SketchSpec.BLOCK_SIZE != 0 || prefix > most) {
      throw new InvalidInputException(
          "collection.index.prefix_length",
          prefix + " must be a multiple of 16 and at most " + most + ", or 0 for the default");
    }
  }

  private static void setIndex(Collection.Builder collection, IndexOptions options) {
    if (options.equals(IndexOptions.getDefaultInstance())) {
      collection.clearIndex();
    } else {
      collection.setIndex(options);
    }
  }

  private static void setRetention(Collection.Builder collection, RetentionPolicy policy) {
    RetentionPolicy checked = RetentionRules.checked(policy);
    if (checked.getRulesCount() == 0) {
      collection.clearRetention();
    } else {
      collection.setRetention(checked);
    }
  }

  /**
   * Deletes a collection with all it holds; returns when that is on disk.
   *
   * @param force even if it holds sketches
   * @return how many sketches it held
   * @throws RepositoryException COLLECTION_NOT_FOUND, COLLECTION_NOT_EMPTY
   */
  public synchronized long deleteCollection(String id, boolean force, Receipt<Long> receipt) {
    SketchCollection collection = collection(id);
    synchronized (collection) {
      long count = collection.state().stored().getSketchCount();
      if (count > 0 && !force) {
        throw new RepositoryException(
            Reason.COLLECTION_NOT_EMPTY,
            Names.collection(id) + " holds " + count + " sketches; set force to delete them, too");
      }
      try (StoreBatch batch = store.batch()) {
        batch.deleteCollection(id);
        receipt.into(batch, count);
        batch.commit();
      }
      collection.delete();
      collections.remove(id);
      return count;
    }
  }

  static SketchRecord named(SketchCollection collection, String id, SketchRecord record) {
    return record.toBuilder().setName(Names.sketch(collection.id(), id)).build();
  }

  /**
   * A stored sketch.
   *
   * @throws RepositoryException COLLECTION_NOT_FOUND, SKETCH_NOT_FOUND
   */
  public SketchRecord get(Names.SketchName name) {
    SketchCollection collection = collection(name.collection());
    SketchRecord record =
        store.sketch(name.collection(), name.id()).orElseThrow(() -> missing(name));
    return named(collection, name.id(), record);
  }

  private static RepositoryException missing(Names.SketchName name) {
    return new RepositoryException(
        Reason.SKETCH_NOT_FOUND, Names.sketch(name.collection(), name.id()) + " does not exist");
  }

  /**
   * The sketch of a stored record.
   *
   * @throws StorageException if it is not what was stored
   */
  public static Sketch sketch(SketchRecord record) {
    return sketch(record.getName(), record);
  }

  /** As above, of a record without its name. */
  public static Sketch sketch(String name, SketchRecord record) {
    try {
      return Sketches.sketch(record.getSketch());
    } catch (InvalidInputException e) {
      throw new StorageException(
          StorageException.Reason.DATA_DAMAGED, name + " is damaged: " + e.getMessage(), e);
    }
  }

  /** What is stored now, to be read as it is. */
  public StoreSnapshot snapshot() {
    return store.snapshot();
  }

  /** As {@link RocksStore#visitByTime}, with named records. */
  public void visit(
      SketchCollection collection,
      Timestamp start,
      Timestamp end,
      byte[] after,
      RocksStore.SketchVisitor visitor) {
    store.visitByTime(
        collection.id(),
        start,
        end,
        after,
        (position, id, record) -> visitor.visit(position, id, named(collection, id, record)));
  }

  /** As {@link RocksStore#visitById}; records have no names. */
  public void visitById(SketchCollection collection, RocksStore.SketchVisitor visitor) {
    store.visitById(collection.id(), visitor);
  }

  /** A stored sketch, without its name; empty if it is not there. */
  public Optional<SketchRecord> find(SketchCollection collection, String id) {
    return store.sketch(collection.id(), id);
  }

  /** The changes of a collection that an index follows. */
  public ChangeLog changes(SketchCollection collection) {
    return store.changes(collection.id());
  }

  /**
   * The skeleton of a stored sketch.
   *
   * @return empty if it was stored without one
   */
  public Optional<Skeleton> skeleton(SketchCollection collection, SketchRecord record) {
    return record.getSkeletonHash().isEmpty()
        ? Optional.empty()
        : Optional.of(
            Graphs.skeleton(
                store.skeleton(collection.id(), record.getSkeletonHash().toByteArray())));
  }

  /** Whether a sketch is stored. */
  public boolean holds(SketchCollection collection, String id) {
    return store.sketch(collection.id(), id).isPresent();
  }

  /** A skeleton as it is stored, by its content hash; empty if it is not. */
  public Optional<io.resketch.v1.Skeleton> storedSkeleton(
      SketchCollection collection, ByteString hash) {
    return store.findSkeleton(collection.id(), hash.toByteArray());
  }
}
