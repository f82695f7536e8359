package io.resketch.server.query;

import io.resketch.core.sketch.Sketch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Sums of sketches, apart by prefix length, so that erased ones do not shorten the others. */
final class SketchSums {
  private static final int CHUNK = 256;

  private final Map<Integer, List<Sketch>> pending = new TreeMap<>();
  private long count;

  void add(Sketch sketch) {
    List<Sketch> list = pending.computeIfAbsent(sketch.prefixLength(), p -> new ArrayList<>());
    list.add(sketch);
    count++;
    if (list.size() == CHUNK) {
      Sketch sum = sum(list);
      list.clear();
      list.add(sum);
    }
  }

  /** Number of sketches added. */
  long count() {
    return count;
  }

  /** One sum per prefix length. */
  List<Sketch> sums() {
    return pending.values().stream().map(SketchSums::sum).toList();
  }

  private static Sketch sum(List<Sketch> sketches) {
    double[] ones = new double[sketches.size()];
    Arrays.fill(ones, 1);
    return Sketch.weightedSum(sketches, ones);
  }
}
