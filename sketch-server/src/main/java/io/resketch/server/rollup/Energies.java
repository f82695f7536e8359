package io.resketch.server.rollup;

import io.resketch.core.sketch.Sketch;
import io.resketch.core.stats.SketchEnergies;
import io.resketch.core.stats.SketchEnergies.Strong;
import io.resketch.v1.RollUp;
import io.resketch.v1.StrongSketch;
import java.util.List;

/** The energies of the sketches of a sum, as far as its roll-ups know them. */
public final class Energies {
  private final SketchEnergies all = new SketchEnergies();
  private boolean known = true;

  void add(String id, Sketch sketch) {
    all.add(id, sketch);
  }

  /** Adds those of a roll-up. */
  void add(RollUp cell) {
    known &= cell.hasEnergy() || cell.getSketches() == 0;
    all.add(
        cell.getSketches(),
        cell.getEnergy(),
        cell.getStrongestList().stream().map(s -> new Strong(s.getId(), s.getEnergy())).toList());
  }

  void into(RollUp.Builder out) {
    if (known) {
      out.setEnergy(all.total());
      for (Strong sketch : all.strongest()) {
        out.addStrongest(StrongSketch.newBuilder().setId(sketch.name()).setEnergy(sketch.energy()));
      }
    }
  }

  /** Whether the energies of all sketches are known. */
  public boolean known() {
    return known;
  }

  /** Of all sketches. */
  public double total() {
    return all.total();
  }

  /** The few sketches that make up most of it, strongest first; none where not all is known. */
  public List<Strong> dominant() {
    return known ? all.dominant() : List.of();
  }
}
