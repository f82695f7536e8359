package io.resketch.core.decode;

import io.resketch.core.graph.Skeleton;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The adjoint of every object's path over its column energy. All other objects are noise: those of
 * other modules, whose columns are independent, as white noise of the energy of the sketch; those
 * of the same module, whose columns have a part in common that does not average out, with what they
 * add at most, Σ_k |⟨C_θ e_j, C_k e_j⟩| / ‖C_θ e_j‖² times the size that was recovered of them.
 */
final class MatchedEstimator {
  private final DecodingProblem problem;
  private final Skeleton skeleton;

  /** Numbers of the objects of each module that has several. */
  private final List<int[]> groups;

  MatchedEstimator(DecodingProblem problem) {
    this.problem = problem;
    this.skeleton = problem.skeleton();
    Map<String, List<Integer>> byModule = new LinkedHashMap<>();
    for (int i = 0; i < skeleton.size(); i++) {
      if (skeleton.dimension(i) > 0) {
        byModule.computeIfAbsent(skeleton.module(i), name -> new ArrayList<>()).add(i);
      }
    }
    this.groups =
        byModule.values().stream()
            .filter(group -> group.size() > 1)
            .map(group -> group.stream().mapToInt(i -> i).toArray())
            .toList();
  }

  Decoded decode(Measurement measurement) {
    float[] data = measurement.floats();
    float[] x = new float[skeleton.totalDimension()];
    problem.operator().adjoint(data, x);
    int floats = problem.prefixLength();
    double noise = DecodingProblem.energy(data, 0, floats) / floats;
    double[] errors = new double[skeleton.size()];
    for (int i = 0; i < errors.length; i++) {
      double energy = problem.energy(i);
      errors[i] = skeleton.dimension(i) == 0 ? 0 : Math.sqrt(noise / energy);
      for (int j = skeleton.offset(i); j < skeleton.offset(i + 1); j++) {
        x[j] = energy > 0 ? (float) (x[j] / energy) : 0f;
      }
    }
    for (int[] group : groups) {
      addOthers(group, x, errors);
    }
    return new Decoded(skeleton, x, errors, measurement.relative(problem.residualEnergy(data, x)));
  }

  /** Adds what objects of one module add to each other to their errors. */
  private void addOthers(int[] group, float[] x, double[] errors) {
    double[] gram = problem.operator().columnGram(problem.prefixLength(), group);
    for (int a = 0; a < group.length; a++) {
      double others = 0;
      for (int b = 0; b < group.length; b++) {
        int from = skeleton.offset(group[b]);
        int to = skeleton.offset(group[b] + 1);
        double size = Math.sqrt(DecodingProblem.energy(x, from, to) / (to - from));
        others += a == b ? 0 : Math.abs(gram[a * group.length + b]) * size;
      }
      double energy = problem.energy(group[a]);
      if (energy > 0) {
        errors[group[a]] = Math.hypot(errors[group[a]], others / energy);
      }
    }
  }
}
