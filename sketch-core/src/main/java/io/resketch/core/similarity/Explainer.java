package io.resketch.core.similarity;

import io.resketch.core.graph.Computation;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.operator.GraphOperator;
import io.resketch.core.operator.Operators;
import io.resketch.core.similarity.Explanation.ModuleContribution;
import io.resketch.core.similarity.Explanation.ObjectContribution;
import io.resketch.core.similarity.Explanation.PairContribution;
import io.resketch.core.similarity.Explanation.Side;
import io.resketch.core.sketch.Sketch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Says which objects carry the similarity of two sketches whose computations are known, original or
 * decoded.
 *
 * <p>A sketch is the sum of its objects' parts, so ⟨s, s'⟩ = Σ_θ ⟨part_θ, s'⟩, and ⟨part_θ, s'⟩ =
 * ⟨a(θ), adjoint of s' at θ⟩: one backward pass gives all objects' contributions. The same pass
 * from part_θ instead of s' gives all pairs of θ. Cost: a forward and a backward pass for each
 * object whose pairs are asked for, and two backward passes. Keeps nothing; thread-safe.
 */
public final class Explainer {
  private final Operators operators;

  public Explainer(Operators operators) {
    this.operators = operators;
  }

  /**
   * Explains a cosine.
   *
   * @param left the first sketch, or a prefix of it
   * @param leftComputation its computation; with recovered attributes, what they miss is the rest
   * @param objects number of the first sketch's strongest objects to look for pairs of, and of
   *     pairs to return; 0 for none
   * @throws io.resketch.core.MismatchException if a sketch was made with another spec
   */
  public Explanation explain(
      Sketch left,
      Computation leftComputation,
      Sketch right,
      Computation rightComputation,
      int objects) {
    left.requireFingerprint(operators.spec().fingerprint());
    double cosine = left.cosine(right);
    int prefix = Math.min(left.prefixLength(), right.prefixLength());
    Sketch keptLeft = left.truncate(prefix);
    Sketch keptRight = right.truncate(prefix);
    double norms = Math.sqrt(keptLeft.energy() * keptRight.energy());
    double scale = norms == 0 ? 0 : 1 / norms;
    GraphOperator leftOperator = new GraphOperator(operators, leftComputation.skeleton());
    GraphOperator rightOperator = new GraphOperator(operators, rightComputation.skeleton());
    Side leftSide =
        side(
            leftComputation.skeleton(),
            leftOperator.contributions(leftComputation, keptRight.toPaddedArray()),
            scale,
            cosine);
    Side rightSide =
        side(
            rightComputation.skeleton(),
            rightOperator.contributions(rightComputation, keptLeft.toPaddedArray()),
            scale,
            cosine);
    List<PairContribution> pairs = new ArrayList<>();
    float[] part = new float[operators.spec().dimension()];
    for (ObjectContribution strong :
        leftSide.objects().stream()
            .sorted(Comparator.comparingDouble(c -> -Math.abs(c.contribution())))
            .limit(objects)
            .toList()) {
      leftOperator.part(leftComputation, strong.object(), part);
      Arrays.fill(part, prefix, part.length, 0f);
      double[] found = rightOperator.contributions(rightComputation, part);
      Skeleton skeleton = rightComputation.skeleton();
      for (int i = 0; i < found.length; i++) {
        pairs.add(
            new PairContribution(
                strong.id(),
                strong.module(),
                skeleton.id(i),
                skeleton.module(i),
                scale * found[i]));
      }
    }
    pairs.sort(Comparator.comparingDouble(PairContribution::contribution).reversed());
    return new Explanation(
        cosine, leftSide, rightSide, pairs.subList(0, Math.min(objects, pairs.size())));
  }

  private static Side side(Skeleton skeleton, double[] products, double scale, double cosine) {
    List<ObjectContribution> objects = new ArrayList<>();
    Map<String, Double> sums = new LinkedHashMap<>();
    double rest = cosine;
    for (int i = 0; i < products.length; i++) {
      double contribution = scale * products[i];
      objects.add(new ObjectContribution(i, skeleton.id(i), skeleton.module(i), contribution));
      sums.merge(skeleton.module(i), contribution, Double::sum);
      rest -= contribution;
    }
    objects.sort(Comparator.comparingDouble(ObjectContribution::contribution).reversed());
    List<ModuleContribution> modules = new ArrayList<>();
    sums.forEach((module, sum) -> modules.add(new ModuleContribution(module, sum)));
    modules.sort(Comparator.comparingDouble(ModuleContribution::contribution).reversed());
    return new Side(objects, modules, rest);
  }
}
