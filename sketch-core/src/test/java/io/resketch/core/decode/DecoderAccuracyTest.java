package io.resketch.core.decode;

import static org.assertj.core.api.Assertions.assertThat;

import io.resketch.core.RandomGraphs;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import org.junit.jupiter.api.Test;

/**
 * The accuracy table of docs/accuracy.md: relative error at depth 1, 2, 3 of a tree with 4 inputs
 * each, 84 objects of 64 unit attributes (5,376 unknowns), c = 16.
 */
class DecoderAccuracyTest {
  private static final Computation TREE = RandomGraphs.tree(2026, 3, 4, 64);

  private static Decoded decode(int dimension, Decoder decoder) {
    Operators operators = new Operators(new SketchSpec(dimension, 16, 7));
    Sketch sketch = new Sketcher(operators).sketch(TREE);
    return new GraphDecoder(operators, TREE.skeleton()).decode(sketch, decoder);
  }

  /** ‖x̂ − x‖ / ‖x‖ over all objects of each depth, at index depth − 1. */
  private static double[] relativeErrors(Decoded decoded) {
    double[] errors = new double[3];
    double[] norms = new double[3];
    Skeleton skeleton = decoded.skeleton();
    for (int i = 0; i < skeleton.size(); i++) {
      int depth = (int) skeleton.id(i).chars().filter(ch -> ch == '.').count() - 1;
      float[] truth = TREE.attributes(i).toArray();
      float[] found = decoded.attributes(i);
      for (int j = 0; j < truth.length; j++) {
        errors[depth] += Math.pow((double) found[j] - truth[j], 2);
        norms[depth] += Math.pow(truth[j], 2);
      }
    }
    for (int k = 0; k < 3; k++) {
      errors[k] = Math.sqrt(errors[k] / norms[k]);
    }
    return errors;
  }

  private static void assertBelow(double[] errors, double... limits) {
    for (int k = 0; k < limits.length; k++) {
      assertThat(errors[k]).as("depth %d of %s", k + 1, errors).isLessThan(limits[k]);
    }
  }

  @Test
  void joint_16384_isExact() {
    assertBelow(relativeErrors(decode(16384, Decoder.JOINT)), 1e-4, 1e-3, 5e-3);
  }

  @Test
  void joint_8192_isNearlyExact() {
    assertBelow(relativeErrors(decode(8192, Decoder.JOINT)), 0.002, 0.036, 0.22);
  }

  /** 1.31 unknowns a float: the sketch cannot hold all, and loses the deepest first. */
  @Test
  void joint_4096_losesTheDeepestFirst() {
    double[] errors = relativeErrors(decode(4096, Decoder.JOINT));
    assertBelow(errors, 0.011, 0.18, 0.65);
    assertThat(errors[2]).isGreaterThan(0.4);
  }

  /** Below the published table by √2, since known signatures are subtracted first. */
  @Test
  void matched_isTheNoisyBaseline() {
    double[] at16384 = relativeErrors(decode(16384, Decoder.MATCHED));
    assertBelow(at16384, 0.20, 3.0, 14.7);
    assertThat(at16384[0]).isGreaterThan(0.1);
    double[] at4096 = relativeErrors(decode(4096, Decoder.MATCHED));
    assertBelow(at4096, 0.40, 6.4, 29.8);
    assertThat(at4096[0]).isGreaterThan(0.2);
  }
}
