package io.resketch.server.storage;

import java.util.EnumSet;
import java.util.Set;

/** The column families; their names are part of the format. */
enum Family {
  DEFAULT("default"),
  COLLECTIONS("collections"),
  MODULES("modules"),
  SKETCHES("sketches"),
  TIMES("times"),
  SKELETONS("skeletons"),
  /** How many sketches have a skeleton. */
  SKELETON_USES("skeleton-uses"),
  ROLLUPS("rollups"),
  DIRTY("dirty"),
  /** What an index of the sketches has yet to follow; see {@link ChangeLog}. */
  CHANGES("changes"),
  /** Calls that were answered; see {@link RequestLog}. */
  REQUESTS("requests"),
  /** Corpora and their pairs; see {@link PairStore}. */
  CORPORA("corpora"),
  PAIR_CHUNKS("pair-chunks"),
  PAIR_HASHES("pair-hashes"),
  /** Recoveries; see {@link JobStore}. */
  JOBS("jobs"),
  CHECKPOINTS("checkpoints"),
  NETWORKS("networks");

  /** Whose keys start with a collection. */
  static final Set<Family> OF_COLLECTIONS = EnumSet.range(MODULES, CHANGES);

  private final String label;

  Family(String label) {
    this.label = label;
  }

  String label() {
    return label;
  }
}
