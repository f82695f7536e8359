package io.resketch.core.stats;

import io.resketch.core.sketch.Sketch;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The energies of the sketches of a sum: of each its squared norm times the square of its mass, as
 * if it were not shortened. They add up to what the error of a count comes from, as far as the
 * sketches err independently of each other. Tells whether a few sketches make up most of it. Not
 * thread-safe.
 */
public final class SketchEnergies {
  /** Of so many sketches, the strongest, more than the energy is known. */
  public static final int NAMED = 8;

  /** Sketches dominate that are this many times as strong as the others are in the mean, */
  private static final double STRONGER = 10;

  /** hold this part of the energy, */
  private static final double PART = 0.5;

  /** and are no more than one of so many. */
  private static final int ONE_OF = 10;

  private static final Comparator<Strong> STRONGEST_FIRST =
      Comparator.comparingDouble(Strong::energy).reversed().thenComparing(Strong::name);

  private final List<Strong> strongest = new ArrayList<>();
  private long count;
  private double total;

  /**
   * A sketch.
   *
   * @param name what it is called
   * @param energy of it
   */
  public record Strong(String name, double energy) {}

  /** The energy of a sketch, which does not change much when the sketch is shortened. */
  public static double of(Sketch sketch) {
    double whole = (double) sketch.dimension() / sketch.prefixLength();
    return sketch.energy() * whole * sketch.mass() * sketch.mass();
  }

  /** Adds a sketch. */
  public void add(String name, Sketch sketch) {
    double energy = of(sketch);
    total += energy;
    count++;
    add(new Strong(name, energy));
  }

  /**
   * Adds sketches of which the strongest are known.
   *
   * @param strong the strongest {@link #NAMED}, or all
   */
  public void add(long sketches, double energy, List<Strong> strong) {
    count += sketches;
    total += energy;
    strong.forEach(this::add);
  }

  private void add(Strong sketch) {
    if (strongest.size() == NAMED
        && STRONGEST_FIRST.compare(strongest.get(NAMED - 1), sketch) < 0) {
      return;
    }
    strongest.add(sketch);
    strongest.sort(STRONGEST_FIRST);
    if (strongest.size() > NAMED) {
      strongest.remove(NAMED);
    }
  }

  /** Of all sketches. */
  public double total() {
    return total;
  }

  /** The strongest first, {@link #NAMED} at most. */
  public List<Strong> strongest() {
    return List.copyOf(strongest);
  }

  /**
   * The fewest sketches that hold half of the energy, strongest first, if they are few and each is
   * much stronger than the others are in the mean; else none.
   */
  public List<Strong> dominant() {
    double sum = 0;
    for (int n = 1; n <= Math.min(strongest.size(), Math.max(1, count / ONE_OF)); n++) {
      sum += strongest.get(n - 1).energy();
      if (sum >= PART * total) {
        double mean = Math.max(0, total - sum) / Math.max(1, count - n);
        boolean strong = count > n && strongest.get(n - 1).energy() >= STRONGER * mean;
        return strong ? List.copyOf(strongest.subList(0, n)) : List.of();
      }
    }
    return List.of();
  }
}
