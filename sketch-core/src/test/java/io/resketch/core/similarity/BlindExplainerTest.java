package io.resketch.core.similarity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.resketch.core.InvalidInputException;
import io.resketch.core.RandomGraphs;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.WeightedInput;
import io.resketch.core.operator.Operators;
import io.resketch.core.similarity.BlindExplanation.ModuleShare;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.Family;
import io.resketch.core.spec.SketchSpec;
import io.resketch.core.stats.ModuleProfile;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class BlindExplainerTest {
  private static final int MODULES = 30;
  private static final int ATTRIBUTES = 16;

  /** Share, then summed attributes, of every module among the roots; all roots in one form. */
  private static final class Scene {
    final double[][] features = new double[MODULES][1 + ATTRIBUTES];
    final Computation graph;

    /** Objects shared with other scenes of the same {@code common}, and own ones. */
    Scene(SplittableRandom common, int shared, SplittableRandom own, int others, boolean inner) {
      Computation.Builder builder = Computation.builder();
      int n = shared + others;
      int start = own.nextInt(n);
      for (int i = 0; i < n; i++) {
        int place = (i + start) % n;
        SplittableRandom random = place < shared ? common.split() : own;
        int module = random.nextInt(MODULES);
        float[] x = RandomGraphs.unit(random, ATTRIBUTES);
        features[module][0] += 1.0 / n;
        for (int j = 0; j < ATTRIBUTES; j++) {
          features[module][1 + j] += x[j] / n;
        }
        List<WeightedInput> inputs = inner ? List.of(new WeightedInput("image", 1)) : List.of();
        builder.object("o" + i, "m" + module, Attributes.dense(x), inputs);
        builder.root("o" + i, 1f / n);
      }
      if (inner) {
        builder.object("image", "camera", Attributes.dense(RandomGraphs.unit(own, ATTRIBUTES)));
      }
      graph = builder.build();
    }
  }

  private static List<ModuleProfile> profiles(boolean inner) {
    List<ModuleProfile> out = new ArrayList<>();
    for (int m = 0; m < MODULES; m++) {
      out.add(new ModuleProfile("m" + m, ATTRIBUTES, !inner, inner, false));
    }
    return out;
  }

  private static double truth(Scene a, Scene b, int module, double energy) {
    double sum = 0;
    for (int j = 0; j <= ATTRIBUTES; j++) {
      sum += a.features[module][j] * b.features[module][j];
    }
    return energy * sum;
  }

  /** Intervals cover what the features say, for strangers, relatives and equals, also erased. */
  @Test
  void intervalsCover() {
    for (boolean inner : new boolean[] {false, true}) {
      for (int prefix : new int[] {2048, 512}) {
        int[] covered = new int[2];
        int[] absent = new int[2];
        SplittableRandom random = new SplittableRandom(41);
        for (int seed = 0; seed < 4; seed++) {
          Operators operators = new Operators(new SketchSpec(2048, 16, seed));
          BlindExplainer explainer = new BlindExplainer(operators, profiles(inner), prefix);
          Sketcher sketcher = new Sketcher(operators);
          for (int k = 0; k < 6; k++) {
            SplittableRandom common = random.split();
            long same = random.nextLong();
            Scene a = new Scene(new SplittableRandom(same), k, common.split(), 6 - k, inner);
            Scene b = new Scene(new SplittableRandom(same), k, common.split(), 6 - k, inner);
            Sketch left = sketcher.sketch(a.graph).truncate(prefix);
            Sketch right = sketcher.sketch(b.graph).truncate(prefix);
            double norms = Math.sqrt(left.energy() * right.energy());
            double energy = prefix / 2048.0 / (inner ? 128 : 16) / norms;
            for (ModuleShare share : explainer.explain(left, right).modules()) {
              double truth = truth(a, b, Integer.parseInt(share.module().substring(1)), energy);
              covered[1]++;
              if (Math.abs(share.contribution() - truth) <= 1.96 * share.standardError()) {
                covered[0]++;
              }
              if (truth == 0) {
                absent[1]++;
                absent[0] += share.determined() ? 1 : 0;
              }
            }
          }
        }
        assertThat(covered[0] / (double) covered[1])
            .as("inner %s, prefix %d", inner, prefix)
            .isBetween(0.92, 0.985);
        assertThat(absent[0] / (double) absent[1]).as("taken for carriers").isLessThan(0.08);
      }
    }
  }

  @Test
  void sharedModule_isFoundFirst_andTheRestIsWhatIsLeft() {
    List<ModuleProfile> modules =
        profiles(false).stream()
            .filter(m -> m.name().length() == 2 && m.name().compareTo("m8") < 0)
            .toList();
    int carriers = 0;
    for (Family family :
        List.of(new Family.BlockSparse(16), new Family.Hadamard(), new Family.Dense())) {
      int d = family instanceof Family.Dense ? 320 : 2048;
      Operators operators = new Operators(new SketchSpec(d, family, 6));
      SplittableRandom random = new SplittableRandom(12);
      float[] cat = RandomGraphs.unit(random, ATTRIBUTES);
      Sketch left = scene(operators, cat, 0, random, "m1", "m2", "m3");
      Sketch right = scene(operators, cat, 2, random, "m5", "m6", "m7");
      BlindExplanation found = new BlindExplainer(operators, modules, d).explain(left, right);
      ModuleShare first = found.modules().get(0);
      assertThat(first.module()).isEqualTo("m0");
      assertThat(first.determined()).isTrue();
      // Half of a root lies in the transparent part, a quarter of all roots is shared.
      assertThat(first.contribution()).isCloseTo(0.125, within(4 * first.standardError()));
      assertThat(first.standardError()).isBetween(0.0005, 0.06);
      double carried =
          found.modules().stream()
              .filter(ModuleShare::determined)
              .mapToDouble(ModuleShare::contribution)
              .sum();
      assertThat(found.rest()).isCloseTo(found.cosine() - carried, within(1e-12));
      assertThat(Math.abs(found.rest())).isLessThan(0.2);
      List<ModuleShare> strangers = found.modules().stream().filter(m -> !m.determined()).toList();
      carriers += found.modules().size() - strangers.size();
      assertThat(strangers)
          .isNotEmpty()
          .allSatisfy(m -> assertThat(m.reason()).contains("standard errors of 0"));
    }
    assertThat(carriers).as("m0 thrice; a few of 21 pass two standard errors").isBetween(3, 6);
  }

  private static Sketch scene(
      Operators operators, float[] cat, int place, SplittableRandom random, String... others) {
    Computation.Builder graph = Computation.builder();
    for (int i = 0; i < others.length; i++) {
      if (i == place) {
        graph.object("cat", "m0", Attributes.dense(cat)).root("cat", 0.25f);
      }
      graph.object(others[i], others[i], Attributes.dense(RandomGraphs.unit(random, ATTRIBUTES)));
      graph.root(others[i], 0.25f);
    }
    return new Sketcher(operators).sketch(graph.build());
  }

  @Test
  void moduleAlsoBelowOthers_isNotDetermined() {
    Operators operators = new Operators(new SketchSpec(2048, 16, 6));
    List<ModuleProfile> modules = new ArrayList<>(profiles(false));
    modules.set(0, new ModuleProfile("m0", ATTRIBUTES, true, false, true));
    SplittableRandom random = new SplittableRandom(12);
    Sketch sketch =
        scene(operators, RandomGraphs.unit(random, ATTRIBUTES), 0, random, "m1", "m2", "m3");
    assertThat(new BlindExplainer(operators, modules, 2048).explain(sketch, sketch).modules())
        .filteredOn(m -> m.module().equals("m0"))
        .allSatisfy(m -> assertThat(m.determined()).isFalse())
        .allSatisfy(m -> assertThat(m.reason()).contains("below other objects"));
  }

  @Test
  void badArguments_areNamed() {
    Operators operators = new Operators(new SketchSpec(1024, 16, 1));
    ModuleProfile cat = ModuleProfile.unseen("cat");
    assertThatThrownBy(() -> new BlindExplainer(operators, List.of(cat, cat), 1024))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("stands twice");
    List<ModuleProfile> many = new ArrayList<>();
    for (int m = 0; m < 300; m++) {
      many.add(ModuleProfile.unseen("m" + m));
    }
    assertThatThrownBy(() -> new BlindExplainer(operators, many, 1024))
        .hasMessageContaining("too many for 1024 floats");
  }
}
