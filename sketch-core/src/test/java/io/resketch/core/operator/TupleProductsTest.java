package io.resketch.core.operator;

import static org.assertj.core.api.Assertions.assertThat;

import io.resketch.core.spec.SketchSpec;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The constant of the similarity guarantees that is measured, not proven: how many blocks, counted
 * with their signs, a product Wᵀ W' of tuple operators on two paths leaves in place.
 */
class TupleProductsTest {
  private static final int SEEDS = 25;
  private static final int D = 512;
  private static final int OWN_ATTRIBUTES = 8;
  private static final int OWN_INPUTS = 9;

  /** From the root down: positions 1 to 3, and the object's own two. */
  private static final List<List<Integer>> PATHS =
      List.of(
          List.of(1, OWN_INPUTS, 1),
          List.of(2, OWN_INPUTS, 1, OWN_ATTRIBUTES),
          List.of(1, OWN_INPUTS, 1, OWN_INPUTS, 1),
          List.of(1, OWN_INPUTS, 2, OWN_INPUTS, 3));

  @Test
  void productsOfTupleOperators_leaveFewBlocksInPlace() {
    for (int i = 0; i < PATHS.size(); i++) {
      for (int k = 0; k <= i; k++) {
        List<Integer> left = PATHS.get(i);
        List<Integer> right = PATHS.get(k);
        double mean = meanSquareOfFixedBlocks(choices(left), choices(right));
        assertThat(mean).as("%s, %s", left, right).isBetween(0.6, 2.0);
      }
    }
  }

  private static double meanSquareOfFixedBlocks(
      List<List<Integer>> left, List<List<Integer>> right) {
    double sum = 0;
    int count = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      Operators operators = new Operators(new SketchSpec(D, 16, seed));
      for (List<Integer> w : left) {
        for (List<Integer> v : right) {
          List<Integer> product = reduced(w, v);
          if (!product.isEmpty()) {
            double fixed = fixedBlocks(operators, product);
            sum += fixed * fixed;
            count++;
          }
        }
      }
    }
    return sum / count;
  }

  /** Every operator on the path, or I instead. */
  private static List<List<Integer>> choices(List<Integer> path) {
    List<List<Integer>> out = new ArrayList<>();
    for (int mask = 0; mask < 1 << path.size(); mask++) {
      List<Integer> word = new ArrayList<>();
      for (int i = 0; i < path.size(); i++) {
        if ((mask >> i & 1) == 1) {
          word.add(path.get(i));
        }
      }
      out.add(word);
    }
    return out;
  }

  /** Wᵀ W' without R̂ᵀR̂: operators in order of application, transposed ones negative. */
  private static List<Integer> reduced(List<Integer> left, List<Integer> right) {
    int common = 0;
    while (common < Math.min(left.size(), right.size())
        && left.get(common).equals(right.get(common))) {
      common++;
    }
    List<Integer> out = new ArrayList<>();
    for (int i = right.size() - 1; i >= common; i--) {
      out.add(right.get(i));
    }
    for (int i = common; i < left.size(); i++) {
      out.add(-left.get(i));
    }
    return out;
  }

  private static double fixedBlocks(Operators operators, List<Integer> product) {
    float[] v = new float[D];
    for (int b = 0; b < D / 16; b++) {
      v[16 * b] = b + 1;
    }
    for (int factor : product) {
      int name = Math.abs(factor);
      TupleOperator operator =
          name == OWN_INPUTS
              ? operators.ownInputs()
              : name == OWN_ATTRIBUTES ? operators.ownAttributes() : operators.position(name);
      float[] out = new float[D];
      if (factor > 0) {
        operator.addTransparent(out, 1f, v, new float[D]);
      } else {
        operator.addTransposed(out, 1f, v, new float[D]);
      }
      for (int i = 0; i < D; i++) {
        v[i] = out[i] - v[i];
      }
    }
    double sum = 0;
    for (int b = 0; b < D / 16; b++) {
      if (Math.abs(v[16 * b]) == b + 1) {
        sum += Math.signum(v[16 * b]);
      }
    }
    return sum;
  }
}
