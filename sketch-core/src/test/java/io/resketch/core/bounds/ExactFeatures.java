package io.resketch.core.bounds;

import io.resketch.core.graph.Computation;
import io.resketch.core.graph.Skeleton;
import java.util.HashMap;
import java.util.Map;

/**
 * The feature vector φ of a small computation, by multiplying out: product of tuple operators,
 * module and column to coefficient.
 */
final class ExactFeatures {
  private final Map<String, Double> values = new HashMap<>();

  ExactFeatures(Computation graph) {
    Skeleton skeleton = graph.skeleton();
    for (int k = 0; k < skeleton.rootCount(); k++) {
      for (String word : new String[] {"", "R" + k + " "}) {
        add(graph, skeleton.root(k), word, 0.5 * skeleton.rootWeight(k));
      }
    }
  }

  private void add(Computation graph, int object, String word, double factor) {
    Skeleton skeleton = graph.skeleton();
    boolean leaf = skeleton.inputCount(object) == 0;
    for (String own : leaf ? new String[] {""} : new String[] {"", "A "}) {
      double h = leaf ? factor : factor / 4;
      String at = word + own + "/" + skeleton.module(object) + "/";
      values.merge(at + "signature", 0.5 * h, Double::sum);
      float[] x = graph.attributes(object).toArray();
      for (int j = 0; j < x.length; j++) {
        values.merge(at + j, 0.5 * h * x[j], Double::sum);
      }
    }
    for (int k = 0; k < skeleton.inputCount(object); k++) {
      for (String through : new String[] {"", "I "}) {
        for (String position : new String[] {"", "R" + k + " "}) {
          add(
              graph,
              skeleton.input(object, k),
              word + through + position,
              factor / 8 * skeleton.weight(object, k));
        }
      }
    }
  }

  double dot(ExactFeatures other) {
    double sum = 0;
    for (Map.Entry<String, Double> entry : values.entrySet()) {
      sum += entry.getValue() * other.values.getOrDefault(entry.getKey(), 0.0);
    }
    return sum;
  }

  double cosine(ExactFeatures other) {
    return dot(other) / Math.sqrt(dot(this) * other.dot(other));
  }
}
