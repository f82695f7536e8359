package io.resketch.core.stats;

import static org.assertj.core.api.Assertions.assertThat;

import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.WeightedInput;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.Family;
import io.resketch.core.spec.SketchSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class SpecTestTest {
  /** The level at which the command accepts a file, for its first row. */
  private static final double LEVEL = 2.5e-5;

  private static final SketchSpec SPEC = new SketchSpec(4096, 16, 7);

  private final Random random = new Random(5);

  private float[] attributes() {
    float[] out = new float[8];
    for (int j = 0; j < out.length; j++) {
      out[j] = (float) (random.nextGaussian() / Math.sqrt(out.length));
    }
    return out;
  }

  /** Roots of a few modules, of attributes that resemble each other, as detections are. */
  private Computation frame(int objects) {
    Computation.Builder out = Computation.builder();
    for (int i = 0; i < objects; i++) {
      float[] similar = {0.5f, 0.4f, 0.6f, 0.5f + 0.1f * random.nextFloat()};
      out.object("o" + i, "m" + random.nextInt(6), Attributes.dense(similar));
      out.root("o" + i, 1f / objects);
    }
    return out.build();
  }

  private Computation chain(int depth) {
    Computation.Builder out = Computation.builder();
    for (int i = 0; i <= depth; i++) {
      List<WeightedInput> inputs =
          i == 0 ? List.of() : List.of(new WeightedInput("o" + (i - 1), 1f));
      out.object("o" + i, "layer" + i, Attributes.dense(attributes()), inputs);
    }
    return out.root("o" + depth, 1f).build();
  }

  private static double chance(SketchSpec spec, Sketch sketch, List<ModuleProfile> modules) {
    return new SpecTest(new Operators(spec), modules).chance(sketch);
  }

  private List<Computation> computations() {
    List<Computation> out = new ArrayList<>();
    for (int objects : new int[] {1, 3, 10, 20}) {
      out.add(frame(objects));
    }
    for (int depth : new int[] {1, 4, 16}) {
      out.add(chain(depth));
    }
    return out;
  }

  /** The vector of a sketch, as if it were one of another spec. */
  private static Sketch claimed(SketchSpec spec, Sketch sketch) {
    float[] values = Arrays.copyOf(sketch.toArray(), Math.min(4096, spec.dimension()));
    return Sketch.of(spec.fingerprint(), spec.dimension(), values, 1, 1);
  }

  @Test
  void itsOwnSpec_isShown_byFrames_deepChains_andHalvesOfThem() {
    for (Computation run : computations()) {
      List<ModuleProfile> modules = ModuleProfile.of(run.skeleton());
      Sketch sketch = new Sketcher(SPEC).sketch(run);
      assertThat(chance(SPEC, sketch, modules)).isLessThan(LEVEL);
      assertThat(chance(SPEC, sketch.truncate(2048), modules)).isLessThan(LEVEL);
    }
  }

  @Test
  void sums_showIt() {
    List<Sketch> sketches = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      sketches.add(new Sketcher(SPEC).sketch(frame(8)));
    }
    double[] weights = new double[50];
    Arrays.fill(weights, 1);
    List<ModuleProfile> modules =
        List.of(ModuleProfile.unseen("m0"), ModuleProfile.unseen("m1"), ModuleProfile.unseen("x"));
    assertThat(chance(SPEC, Sketch.weightedSum(sketches, weights), modules)).isLessThan(LEVEL);
  }

  @Test
  void otherSeeds_areNot_inMoreCasesThanTheChanceSays() {
    int tests = 0;
    int below = 0;
    for (Computation run : computations()) {
      List<ModuleProfile> modules = ModuleProfile.of(run.skeleton());
      Sketch sketch = new Sketcher(SPEC).sketch(run);
      for (long seed = 100; seed < 300; seed++) {
        SketchSpec other = new SketchSpec(4096, 16, seed);
        double chance = chance(other, claimed(other, sketch), modules);
        assertThat(chance).isGreaterThan(LEVEL);
        below += chance <= 0.05 ? 1 : 0;
        tests++;
      }
    }
    assertThat(below).isLessThan((int) (0.05 * tests));
  }

  @Test
  void otherParameters_ofTheSameSeed_areNotShown() {
    List<SketchSpec> others =
        List.of(
            new SketchSpec(4096, 8, 7),
            new SketchSpec(4096, 32, 7),
            new SketchSpec(8192, 16, 7),
            new SketchSpec(2048, 16, 7),
            new SketchSpec(4096, new Family.Hadamard(), 7));
    for (Computation run : computations()) {
      Sketch sketch = new Sketcher(SPEC).sketch(run);
      for (SketchSpec other : others) {
        assertThat(chance(other, claimed(other, sketch), ModuleProfile.of(run.skeleton())))
            .isGreaterThan(LEVEL);
      }
    }
  }

  @Test
  void modulesThatAreNotInIt_showNothing() {
    Sketch sketch = new Sketcher(SPEC).sketch(frame(10));
    assertThat(chance(SPEC, sketch, List.of(ModuleProfile.unseen("absent")))).isGreaterThan(LEVEL);
    Sketch zero = Sketch.of(SPEC.fingerprint(), 4096, new float[4096], 1, 1);
    assertThat(chance(SPEC, zero, List.of(ModuleProfile.unseen("m0")))).isEqualTo(1);
  }
}
