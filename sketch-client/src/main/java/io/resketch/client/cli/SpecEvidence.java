package io.resketch.client.cli;

import io.resketch.client.files.InputFileException;
import io.resketch.client.files.SketchReader;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.spec.SketchSpec;
import io.resketch.core.stats.ModuleProfile;
import io.resketch.core.stats.SpecTest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Whether sketches are of the spec that options name, where they do not say it themselves: a seed
 * that was forgotten or mistyped would otherwise answer 0 for every module.
 */
final class SpecEvidence {
  /** Chance that a file of another spec passes. */
  private static final double FALSE_ACCEPTANCE = 1e-4;

  /** Sketches that are tested at most; of a file of the spec nearly always the first shows it. */
  private static final int MAX_SKETCHES = 1000;

  private SpecEvidence() {}

  /**
   * The spec of a file, if its sketches say it or the modules show that they are of it.
   *
   * @param modules at least one of them occurs in the file
   * @throws InputFileException if nothing in the file speaks for the spec
   */
  static SketchSpec require(
      ClientCommand command, ReadSpecOptions options, Path file, List<ModuleProfile> modules)
      throws IOException {
    ReadSpecOptions.Found found = options.found(command, file);
    if (!found.certain() && !shows(file, found.spec(), modules)) {
      throw new InputFileException(
          file,
          "nothing in it speaks for the spec of the options (seed "
              + Long.toUnsignedString(found.spec().seed())
              + ", dimension "
              + found.spec().dimension()
              + "): no module of the "
              + modules.size()
              + " named stands out of the noise; give the options that it was sketched with, or"
              + " by --profiles all modules that may occur");
    }
    return found.spec();
  }

  /** Row r = 0, 1, … is tested at the level α/((r + 1)(r + 2)): together they are at most α. */
  private static boolean shows(Path file, SketchSpec spec, List<ModuleProfile> modules)
      throws IOException {
    SpecTest test = new SpecTest(new Operators(spec), modules);
    boolean anything = false;
    SketchSum sum = new SketchSum();
    try (SketchReader in = SketchReader.open(file, spec)) {
      double row = 0;
      for (Optional<Sketch> next = in.next();
          next.isPresent() && row < MAX_SKETCHES;
          next = in.next()) {
        Sketch sketch = next.get();
        if (sketch.energy() == 0) {
          continue; // holds nothing, whatever the spec
        }
        anything = true;
        if (test.chance(sketch) <= FALSE_ACCEPTANCE / 2 / ((row + 1) * (row + 2))) {
          return true;
        }
        sum.add(sketch, 1);
        row++;
      }
    }
    return !anything || test.chance(sum.total()) <= FALSE_ACCEPTANCE / 2;
  }
}
