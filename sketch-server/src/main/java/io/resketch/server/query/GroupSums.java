package io.resketch.server.query;

import io.resketch.core.sketch.Sketch;
import io.resketch.server.rollup.Energies;
import io.resketch.server.rollup.SketchSums;
import io.resketch.v1.RollUp;
import java.util.List;

/** What has been read of a group so far. */
final class GroupSums {
  private final SketchSums sums = new SketchSums();
  private final SingleCounts singles;
  private long cells;
  private long sketches;

  GroupSums(int modules) {
    this.singles = new SingleCounts(modules);
  }

  void add(RollUp cell) {
    sums.add(cell);
    cells++;
  }

  void add(String id, Sketch sketch) {
    sums.add(id, sketch);
    sketches++;
  }

  /** Of single sketches, as far as they were counted. */
  SingleCounts singles() {
    return singles;
  }

  List<Sketch> sums() {
    return sums.sums();
  }

  Energies energies() {
    return sums.energies();
  }

  /** Sketches of the group. */
  long count() {
    return sums.count();
  }

  /** Roll-ups read. */
  long cells() {
    return cells;
  }

  /** Sketches read. */
  long sketches() {
    return sketches;
  }
}
