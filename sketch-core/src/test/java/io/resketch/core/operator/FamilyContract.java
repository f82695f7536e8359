package io.resketch.core.operator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.resketch.core.RandomGraphs;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.spec.Family;
import io.resketch.core.spec.SketchSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** What the theorems of [GPW19] and the decoders need of every family, whatever it is made of. */
abstract class FamilyContract {
  private static final int M = 64;

  private final int d;

  /** A dot product of independent unit vectors is about a normal of deviation 1/√d. */
  private final double oneDeviation;

  private final Family family;
  private final Operators operators;

  FamilyContract(Family family, int dimension) {
    this.family = family;
    this.d = dimension;
    this.oneDeviation = 1 / Math.sqrt(dimension);
    this.operators = new Operators(new SketchSpec(dimension, family, 42));
  }

  /** R_{M,1} x. */
  private float[] image(String module, float[] x) {
    float[] out = new float[d];
    operators.attributes(module, x.length).add(out, x, 0, new float[d]);
    return scaled(out, 2);
  }

  private float[] signature(String module) {
    float[] out = new float[d];
    operators.attributes(module, M).addSignature(out, 2f, new float[d]);
    return out;
  }

  /** R̂ x. */
  private float[] rotated(TupleOperator operator, float[] x, boolean transposed) {
    float[] out = new float[d];
    if (transposed) {
      operator.addTransposed(out, 1f, x, new float[d]);
    } else {
      operator.addTransparent(out, 1f, x, new float[d]);
    }
    for (int i = 0; i < d; i++) {
      out[i] -= x[i];
    }
    return out;
  }

  private static float[] scaled(float[] v, float factor) {
    float[] out = v.clone();
    for (int i = 0; i < out.length; i++) {
      out[i] *= factor;
    }
    return out;
  }

  /** e_1, other sparse vectors, and dense ones. */
  private static List<float[]> unitVectors() {
    SplittableRandom random = new SplittableRandom(1);
    List<float[]> out = new ArrayList<>();
    for (int j : new int[] {0, 1, M - 1}) {
      float[] e = new float[M];
      e[j] = 1;
      out.add(e);
    }
    float[] pair = new float[M];
    pair[3] = (float) Math.sqrt(0.5);
    pair[40] = (float) -Math.sqrt(0.5);
    out.add(pair);
    for (int i = 0; i < 4; i++) {
      out.add(RandomGraphs.unit(random, M));
    }
    return out;
  }

  @Test
  void attributeOperators_nearlyKeepNorms() {
    for (int m = 0; m < 8; m++) {
      for (float[] x : unitVectors()) {
        float[] image = image("m" + m, x);
        assertThat(dot(image, image)).isCloseTo(1, within(0.35));
      }
      float[] signature = signature("m" + m);
      assertThat(dot(signature, signature)).isCloseTo(1, within(1e-5));
    }
  }

  @Test
  void independentAttributeOperators_sendAnyVectorsToNearlyOrthogonalPlaces() {
    List<float[]> images = new ArrayList<>();
    for (int m = 0; m < 6; m++) {
      images.add(signature("m" + m));
    }
    // The same vectors through different modules: only the modules tell them apart.
    for (float[] x : unitVectors()) {
      for (int m = 0; m < 6; m++) {
        images.add(image("m" + m, x));
      }
    }
    List<double[]> pairs = new ArrayList<>();
    for (int i = 0; i < images.size(); i++) {
      for (int j = 0; j < i; j++) {
        boolean sameModule = i % 6 == j % 6 && i >= 6 && j >= 6;
        if (!sameModule) {
          pairs.add(new double[] {dot(images.get(i), images.get(j))});
        }
      }
    }
    assertNearlyOrthogonal(pairs.stream().mapToDouble(p -> p[0]).toArray());
  }

  @Test
  void tupleOperators_areOrthonormal_andTheirTransposesInvertThem() {
    SplittableRandom random = new SplittableRandom(2);
    for (int i = 0; i < 4; i++) {
      float[] x = image("m", RandomGraphs.unit(random, M));
      float[] y = image("n", RandomGraphs.unit(random, M));
      float[] rx = rotated(operators.position(i), x, false);
      assertThat(dot(rx, rx)).isCloseTo(dot(x, x), within(1e-5));
      assertThat(dot(rx, y))
          .isCloseTo(dot(x, rotated(operators.position(i), y, true)), within(1e-5));
      float[] back = rotated(operators.position(i), rx, true);
      for (int k = 0; k < d; k++) {
        assertThat(back[k]).isCloseTo(x[k], within(1e-5f));
      }
    }
  }

  @Test
  void tupleOperators_sendAVectorAwayFromItself_fromEachOther_andFromWhatTheyAreAppliedToTwice() {
    List<TupleOperator> all = new ArrayList<>();
    all.add(operators.ownAttributes());
    all.add(operators.ownInputs());
    for (int i = 0; i < 6; i++) {
      all.add(operators.position(i));
    }
    List<Double> dots = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(3);
    for (int v = 0; v < 4; v++) {
      float[] x = v == 0 ? signature("m") : image("m" + v, RandomGraphs.unit(random, M));
      List<float[]> images = new ArrayList<>();
      images.add(x);
      for (TupleOperator a : all) {
        images.add(rotated(a, x, false));
        images.add(rotated(a, rotated(all.get(0), x, false), false));
      }
      for (int i = 0; i < images.size(); i++) {
        for (int j = 0; j < i; j++) {
          dots.add(dot(images.get(i), images.get(j)));
        }
      }
    }
    assertNearlyOrthogonal(dots.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /** Mean 0, deviation about 1/√d, no pair far out. */
  private void assertNearlyOrthogonal(double[] dots) {
    double square = 0;
    double sum = 0;
    for (double dot : dots) {
      assertThat(Math.abs(dot)).isLessThan(7 * oneDeviation);
      square += dot * dot;
      sum += dot;
    }
    assertThat(Math.sqrt(square / dots.length)).isBetween(0.3 * oneDeviation, 1.4 * oneDeviation);
    assertThat(Math.abs(sum / dots.length)).isLessThan(0.3 * oneDeviation);
  }

  @Test
  void attributeAdjoint_isTheTranspose() {
    SplittableRandom random = new SplittableRandom(4);
    for (int m : new int[] {0, 1, 7, M, 200}) {
      AttributeOperator operator = operators.attributes("m", m);
      float[] x = m == 0 ? new float[0] : RandomGraphs.unit(random, m);
      float[] y = RandomGraphs.unit(random, d);
      float[] image = new float[d];
      operator.add(image, x, 0, new float[d]);
      float[] back = new float[m];
      operator.adjoint(y, back, 0, new float[d]);
      assertThat(dot(image, y)).isCloseTo(dot(x, back), within(1e-6));
      float[] signature = new float[d];
      operator.addSignature(signature, 1f, new float[d]);
      assertThat(operator.dotSignature(y, new float[d]))
          .isCloseTo((float) dot(signature, y), within(1e-6f));
    }
  }

  @Test
  void sparseAttributes_giveTheBitsOfTheSameDenseOnes() {
    float[] dense = new float[M];
    dense[5] = 0.5f;
    dense[63] = -0.25f;
    float[] a = new float[d];
    float[] b = new float[d];
    AttributeOperator operator = operators.attributes("m", M);
    operator.add(a, Attributes.dense(dense), new float[d]);
    operator.add(
        b, Attributes.sparse(M, new int[] {5, 63}, new float[] {0.5f, -0.25f}), new float[d]);
    assertThat(b).isEqualTo(a);
  }

  @Test
  void graphOperator_andItsAdjoint_areTransposed() {
    for (int seed = 0; seed < 5; seed++) {
      Computation graph = RandomGraphs.dag(seed, 15, 30);
      GraphOperator operator = new GraphOperator(operators, graph.skeleton());
      SplittableRandom random = new SplittableRandom(seed);
      float[] x = RandomGraphs.unit(random, operator.unknowns());
      float[] y = RandomGraphs.unit(random, d);
      float[] image = new float[d];
      float[] back = new float[operator.unknowns()];
      operator.apply(x, image);
      operator.adjoint(y, back);
      double norm = Math.sqrt(dot(image, image));
      assertThat(norm).isPositive();
      assertThat(dot(image, y)).isCloseTo(dot(x, back), within(2e-6 * norm));
    }
  }

  @Test
  void columnEnergies_areThoseOfTheColumns_alsoOfPrefixes() {
    Computation graph = RandomGraphs.tree(5, 2, 2, 40);
    Skeleton skeleton = graph.skeleton();
    GraphOperator operator = new GraphOperator(operators, skeleton);
    for (int prefix : new int[] {d, d / 2, d / 4}) {
      double[] estimated = operator.columnEnergies(prefix);
      for (int i = 0; i < skeleton.size(); i++) {
        double mean = 0;
        for (int j = 0; j < 40; j++) {
          float[] x = new float[skeleton.totalDimension()];
          float[] column = new float[d];
          x[skeleton.offset(i) + j] = 1f;
          operator.apply(x, column);
          float[] kept = Arrays.copyOf(column, prefix);
          mean += dot(kept, kept) / 40;
        }
        assertThat(estimated[i]).as("object %d", i).isCloseTo(mean, within(0.3 * mean));
      }
    }
  }

  @Test
  void prefix_keepsItsShareOfEveryVector() {
    SplittableRandom random = new SplittableRandom(6);
    for (int kept : new int[] {d / 2, d / 4, d / 8}) {
      double mean = 0;
      for (int i = 0; i < 32; i++) {
        float[] x = image("m" + i, RandomGraphs.unit(random, M));
        float[] prefix = Arrays.copyOf(rotated(operators.position(i % 3), x, false), kept);
        double share = dot(prefix, prefix) / dot(x, x) * d / kept;
        assertThat(share).isBetween(0.3, 2.0);
        mean += share / 32;
      }
      assertThat(mean).isCloseTo(1, within(0.12));
    }
  }

  @Test
  void equalSpecs_giveEqualBits_otherSeedsOthers() {
    Computation graph = RandomGraphs.dag(3, 12, 20);
    float[] a = sketch(graph, 42);
    assertThat(sketch(graph, 42)).isEqualTo(a);
    float[] other = sketch(graph, 43);
    assertThat(Math.abs(dot(a, other)) / Math.sqrt(dot(a, a) * dot(other, other)))
        .isLessThan(6 * oneDeviation);
  }

  private float[] sketch(Computation graph, long seed) {
    float[] out = new float[d];
    Operators drawn = new Operators(new SketchSpec(d, family, seed));
    new GraphOperator(drawn, graph.skeleton()).sketch(graph, out);
    return out;
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  /** The deviation that blind decoding tests against, whatever the vector. */
  @Test
  void signatureDeviation_isThatOfModulesNotInTheVector() {
    float[] sparse = new float[d];
    sparse[5] = 1;
    for (float[] y : List.of(image("there", unitVectors().get(0)), signature("other"), sparse)) {
      double dots = 0;
      double stated = 0;
      for (int m = 0; m < 1000; m++) {
        AttributeOperator module = operators.attributes("module " + m, 1);
        dots += Math.pow(module.dotSignature(y, new float[d]), 2);
        stated += Math.pow(module.signatureDeviation(y), 2);
      }
      assertThat(Math.sqrt(dots / stated)).isCloseTo(1, within(0.15));
    }
  }
}
