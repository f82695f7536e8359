package io.resketch.server.rollup;

import io.resketch.core.InvalidInputException;
import io.resketch.core.sketch.Sketch;
import io.resketch.server.storage.StorageException;
import io.resketch.v1.RollUp;
import io.resketch.wire.Sketches;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Sums of sketches, apart by prefix length, so that erased ones do not shorten the others. */
public final class SketchSums {
  /** Floats of sketches that wait to be added up, which is done in double precision. */
  private static final int PENDING_FLOATS = 1 << 18;

  private final Map<Integer, List<Sketch>> pending = new TreeMap<>();
  private final Energies energies = new Energies();
  private long count;

  /** Adds a sketch. */
  public void add(String id, Sketch sketch) {
    addSum(sketch);
    energies.add(id, sketch);
    count++;
  }

  /** Adds the sketches of a roll-up. */
  public void add(RollUp cell) {
    for (io.resketch.v1.Sketch sum : cell.getSumsList()) {
      addSum(read(sum));
    }
    energies.add(cell);
    count += cell.getSketches();
  }

  private static Sketch read(io.resketch.v1.Sketch sum) {
    try {
      return Sketches.sketch(sum);
    } catch (InvalidInputException e) {
      throw new StorageException(
          StorageException.Reason.DATA_DAMAGED, "a roll-up is damaged: " + e.getMessage(), e);
    }
  }

  private void addSum(Sketch sketch) {
    List<Sketch> list = pending.computeIfAbsent(sketch.prefixLength(), p -> new ArrayList<>());
    list.add(sketch);
    if (list.size() >= Math.max(4, PENDING_FLOATS / sketch.prefixLength())) {
      Sketch sum = sum(list);
      list.clear();
      list.add(sum);
    }
  }

  /** Number of sketches added. */
  public long count() {
    return count;
  }

  /** Of the sketches added. */
  public Energies energies() {
    return energies;
  }

  /** One sum per prefix length, shortest first. */
  public List<Sketch> sums() {
    return pending.values().stream().map(SketchSums::sum).toList();
  }

  RollUp toRollUp() {
    RollUp.Builder out = RollUp.newBuilder().setSketches(count);
    sums().forEach(sum -> out.addSums(Sketches.sketch(sum)));
    energies.into(out);
    return out.build();
  }

  private static Sketch sum(List<Sketch> sketches) {
    double[] ones = new double[sketches.size()];
    Arrays.fill(ones, 1);
    return Sketch.weightedSum(sketches, ones);
  }
}
