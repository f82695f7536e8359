package io.resketch.server.rollup;

import io.resketch.core.sketch.Sketch;
import io.resketch.v1.LabelSum;
import io.resketch.v1.RollUp;
import java.util.Map;
import java.util.TreeMap;

/** Sums of sketches by the values of a label; of too many values it only knows that. */
final class LabelSums {
  private static final int MAX_VALUES = 100;
  private static final int MAX_FLOATS = 1 << 20;

  private final int limit;
  private final Map<String, SketchSums> values = new TreeMap<>();
  private long sketches;
  private boolean tooMany;

  /**
   * Nothing yet.
   *
   * @param limit values at most
   */
  LabelSums(int limit) {
    this.limit = limit;
  }

  /** Values of which sums of {@code dimension} floats are kept. */
  static int limit(int dimension) {
    return Math.max(1, Math.min(MAX_VALUES, MAX_FLOATS / dimension));
  }

  void add(String value, String id, Sketch sketch) {
    sketches++;
    if (hasRoom(value)) {
      values.computeIfAbsent(value, v -> new SketchSums()).add(id, sketch);
    }
  }

  /** Adds a roll-up of the same label. */
  void add(RollUp cell) {
    sketches += cell.getSketches();
    if (cell.getTooManyValues()) {
      giveUp();
    }
    for (LabelSum part : cell.getValuesList()) {
      if (hasRoom(part.getValue())) {
        values.computeIfAbsent(part.getValue(), v -> new SketchSums()).add(part.getSum());
      }
    }
  }

  private boolean hasRoom(String value) {
    if (!tooMany && values.size() == limit && !values.containsKey(value)) {
      giveUp();
    }
    return !tooMany;
  }

  private void giveUp() {
    tooMany = true;
    values.clear();
  }

  RollUp toRollUp() {
    RollUp.Builder out = RollUp.newBuilder().setSketches(sketches).setTooManyValues(tooMany);
    values.forEach(
        (value, sums) ->
            out.addValues(LabelSum.newBuilder().setValue(value).setSum(sums.toRollUp())));
    return out.build();
  }
}
