package io.resketch.server.concepts;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * The micro-concepts of a collection, kept up to date one sketch at a time. A sketch joins the one
 * whose scatter it makes grow least, if by no more than a threshold, and else founds another. Where
 * there are too many, the pairs that cost least become one, and the threshold is the greatest cost
 * so far. The same sketches in the same order give the same micro-concepts. Not thread-safe.
 *
 * <p>A sketch costs {@link #CAPACITY} distances of {@link #MAX_FLOATS} floats at most; memory is 2
 * MB and up to 21 bytes for each sketch.
 */
final class ConceptModel {
  /** Floats of a sketch that are compared, at most. */
  static final int MAX_FLOATS = 1024;

  /** Micro-concepts at most. */
  static final int CAPACITY = 256;

  /** Micro-concepts left after some became one. */
  static final int LEFT = 192;

  /** Sketches at most; later ones are left out. */
  static final int MAX_SKETCHES = 1 << 21;

  /** Cost at which sketches are the same but for rounding. */
  static final double LEAST_THRESHOLD = 1e-8;

  /** Removals that are put up with in any case. */
  private static final int FEW_REMOVALS = 64;

  /** Sketches up to which the model is made anew for a representative alone. */
  private static final int FEW_SKETCHES = 10_000;

  private final int floats;
  private final MicroConcept[] slots = new MicroConcept[CAPACITY];
  private final Assignments assignments = new Assignments();
  private final Novelties novelties = new Novelties();
  private int used;
  private double threshold = LEAST_THRESHOLD;
  private long founded;
  private long removed;
  private boolean unrepresented;

  /**
   * Without sketches.
   *
   * @param floats to compare of each sketch that has as many
   */
  ConceptModel(int floats) {
    this.floats = floats;
  }

  int floats() {
    return floats;
  }

  /** Sketches in it. */
  int size() {
    return assignments.size();
  }

  double threshold() {
    return threshold;
  }

  boolean holds(String id) {
    return assignments.slot(id) >= 0;
  }

  /** Number of the micro-concept of a sketch, 0 if it has none. */
  long microConcept(String id) {
    int slot = assignments.slot(id);
    return slot < 0 ? 0 : slots[slot].id();
  }

  /** Whether so much was removed that the model should be made anew. */
  boolean stale() {
    return removed > Math.max(FEW_REMOVALS, size() / 4)
        || (unrepresented && size() <= FEW_SKETCHES);
  }

  /** Copies of the micro-concepts, oldest first. */
  List<MicroConcept> microConcepts() {
    List<MicroConcept> out = new ArrayList<>();
    for (MicroConcept one : slots) {
      if (one != null) {
        out.add(new MicroConcept(one));
      }
    }
    out.sort(Comparator.comparingLong(MicroConcept::id));
    return out;
  }

  /**
   * Where a sketch would go.
   *
   * @param slot where it costs least, -1 if there is none
   * @param cost there
   * @param nearest slot of the nearest
   * @param squaredDistance to that
   */
  private record Place(int slot, double cost, int nearest, double squaredDistance) {}

  private Place place(Sample sample) {
    Place best = new Place(-1, Double.MAX_VALUE, -1, Double.MAX_VALUE);
    for (int s = 0; s < CAPACITY; s++) {
      MicroConcept one = slots[s];
      if (one == null) {
        continue;
      }
      double distance = one.squaredDistance(sample);
      double cost = MicroConcept.cost(1, one.size(), distance);
      boolean cheaper = cost < best.cost;
      boolean nearer = distance < best.squaredDistance;
      if (cheaper || nearer) {
        best =
            new Place(
                cheaper ? s : best.slot,
                cheaper ? cost : best.cost,
                nearer ? s : best.nearest,
                nearer ? distance : best.squaredDistance);
      }
    }
    return best;
  }

  /**
   * Takes a sketch in that it does not hold.
   *
   * @return what is new, if this sketch completed it
   */
  Optional<NewConcept> add(Sample sample) {
    if (size() >= MAX_SKETCHES) {
      return Optional.empty();
    }
    Place place = place(sample);
    boolean far = used > 0 && novelties.measure(place.squaredDistance);
    if (place.cost > threshold && used == CAPACITY) {
      squeeze();
      place = place(sample);
    }
    boolean joins = place.cost <= threshold;
    boolean strange = far && !joins;
    long novelty = used == 0 ? 0 : slots[place.nearest].novelty();
    if (strange) {
      novelty = founded + 1;
      novelties.begin(novelty, place.squaredDistance);
    }
    int slot = joins ? place.slot : found(sample, novelty);
    if (joins) {
      slots[slot].add(sample);
    }
    assignments.put(sample.id(), slot);
    return novelty == 0 ? Optional.empty() : count(novelty, sample.id());
  }

  private int found(Sample sample, long novelty) {
    int free = 0;
    while (slots[free] != null) {
      free++;
    }
    slots[free] = new MicroConcept(++founded, sample, novelty);
    used++;
    return free;
  }

  private Optional<NewConcept> count(long novelty, String id) {
    Optional<NewConcept> complete = novelties.count(novelty, id);
    if (complete.isPresent()) {
      settle(novelty, 0);
    }
    return complete;
  }

  private void settle(long novelty, long as) {
    for (MicroConcept one : slots) {
      if (one != null && one.novelty() == novelty) {
        one.setNovelty(as);
      }
    }
  }

  /** Takes a sketch out that it holds. */
  void remove(String id) {
    int slot = assignments.slot(id);
    assignments.remove(id);
    removed++;
    MicroConcept one = slots[slot];
    novelties.forget(one.novelty(), id);
    boolean represented = one.remove(id);
    if (one.size() == 0) {
      slots[slot] = null;
      used--;
    } else {
      unrepresented |= !represented;
    }
  }

  /** Makes one of the two that cost least, until few enough are left. */
  private void squeeze() {
    double[][] costs = new double[CAPACITY][CAPACITY];
    for (int i = 0; i < CAPACITY; i++) {
      for (int j = 0; j < i; j++) {
        costs[i][j] = slots[i].cost(slots[j]);
      }
    }
    int[] to = new int[CAPACITY];
    for (int i = 0; i < CAPACITY; i++) {
      to[i] = i;
    }
    while (used > LEFT) {
      int a = -1;
      int b = -1;
      for (int i = 0; i < CAPACITY; i++) {
        for (int j = 0; j < i && slots[i] != null; j++) {
          if (slots[j] != null && (a < 0 || costs[i][j] < costs[a][b])) {
            a = i;
            b = j;
          }
        }
      }
      threshold = Math.max(threshold, costs[a][b]);
      int kept = slots[a].id() < slots[b].id() ? a : b;
      int gone = kept == a ? b : a;
      unite(kept, gone);
      for (int i = 0; i < CAPACITY; i++) {
        to[i] = to[i] == gone ? kept : to[i];
        if (i != kept && slots[i] != null) {
          costs[Math.max(i, kept)][Math.min(i, kept)] = slots[i].cost(slots[kept]);
        }
      }
    }
    assignments.move(to);
  }

  private void unite(int kept, int gone) {
    long one = slots[kept].novelty();
    long other = slots[gone].novelty();
    slots[kept].absorb(slots[gone]);
    slots[gone] = null;
    used--;
    long left = slots[kept].novelty();
    for (long novelty : new long[] {one, other}) {
      if (novelty != left && novelty != 0) {
        novelties.drop(novelty);
        settle(novelty, left);
      }
    }
  }
}
