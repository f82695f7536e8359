package io.resketch.server.repository;

import io.resketch.core.operator.Operators;
import io.resketch.core.stats.ModuleProfile;
import io.resketch.v1.Collection;
import io.resketch.v1.IndexOptions;
import io.resketch.v1.RetentionPolicy;
import io.resketch.v1.SkeletonPolicy;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * A collection as the server holds it in memory: what is stored of it, its operators, its modules.
 * Changed under its own lock, after the change is on disk; readers never wait.
 */
public final class SketchCollection {
  /**
   * What changes with every put, as one.
   *
   * @param stored the collection's record, without modules
   * @param modules by name; not modified
   * @param changes number of the next change of the log
   */
  record State(Collection stored, Map<String, ModuleProfile> modules, long changes) {}

  /** See docs/performance.md. */
  private static final int DEFAULT_INDEX_PREFIX = 512;

  private final String id;
  private final Operators operators;
  private final DirtyHours dirtyHours;
  private final Object rolling = new Object();
  private volatile State state;
  private volatile long keptChanges = Long.MAX_VALUE;
  private boolean deleted;

  /**
   * @param changes number of the next change of its log
   */
  SketchCollection(
      String id,
      Operators operators,
      Collection stored,
      Map<String, ModuleProfile> modules,
      long changes) {
    this.id = id;
    this.operators = operators;
    this.dirtyHours = new DirtyHours(id);
    this.state = new State(stored, modules, changes);
  }

  public String id() {
    return id;
  }

  public Operators operators() {
    return operators;
  }

  /** The hours with roll-ups to be made; to be used under the lock of this object. */
  public DirtyHours dirtyHours() {
    return dirtyHours;
  }

  /** Name of the corpus that its computations become pairs of; empty if there is none. */
  public String corpus() {
    return state().stored().getCorpus();
  }

  /** The lock of whoever makes roll-ups, taken before that of this object. */
  public Object rolling() {
    return rolling;
  }

  State state() {
    return state;
  }

  /** Whether skeletons are kept. */
  public boolean keepsSkeletons() {
    return state.stored().getSkeletonPolicy() != SkeletonPolicy.SKELETON_POLICY_NONE;
  }

  /** How its sketches age, by rising age. */
  public RetentionPolicy retention() {
    return state.stored().getRetention();
  }

  /** Keys of labels by whose values it is rolled up; never changed. */
  public List<String> rollUpLabels() {
    return state.stored().getRollupLabelsList();
  }

  /** Floats of a sketch that its index has; 0 if it has none. */
  public int indexPrefix() {
    IndexOptions options = state.stored().getIndex();
    if (options.getDisabled()) {
      return 0;
    }
    return options.getPrefixLength() > 0
        ? options.getPrefixLength()
        : Math.min(DEFAULT_INDEX_PREFIX, operators.spec().dimension());
  }

  /** Sketches it holds. */
  public long size() {
    return state.stored().getSketchCount();
  }

  /**
   * Number of the next change of its log; all changes that were acknowledged have lower ones, and
   * all lower ones can be read.
   */
  public long changes() {
    return state.changes();
  }

  /**
   * Keeps the changes from a number on, whatever the index has followed. What was dropped before
   * this call has lower numbers than {@link #changes} after it.
   *
   * @param number {@link Long#MAX_VALUE} to keep none
   */
  public void keepChangesFrom(long number) {
    keptChanges = number;
  }

  /**
   * Changes from this number on must stay in the log; to be read after it is clear what to drop.
   */
  public long keptChanges() {
    return keptChanges;
  }

  /** A snapshot of the modules, by name. */
  public Map<String, ModuleProfile> modules() {
    return Collections.unmodifiableMap(state.modules());
  }

  /**
   * Called by the holder of the lock.
   *
   * @param changes number of changes that were written to the log
   */
  void update(Collection stored, Map<String, ModuleProfile> modules, long changes) {
    this.state = new State(stored, modules, state.changes() + changes);
  }

  /** Called by the holder of the lock. */
  void delete() {
    deleted = true;
  }

  /**
   * Called by the holder of the lock before it writes: another thread may have deleted the
   * collection while it waited.
   */
  public void requireLive() {
    if (deleted) {
      throw new RepositoryException(
          RepositoryException.Reason.COLLECTION_NOT_FOUND,
          Names.collection(id) + " was deleted meanwhile");
    }
  }
}
