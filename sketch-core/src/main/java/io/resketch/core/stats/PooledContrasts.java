package io.resketch.core.stats;

import io.resketch.core.operator.RootModules;
import io.resketch.core.operator.RootModules.Contrast;
import io.resketch.core.solve.RidgeSolver;
import io.resketch.core.spec.RandomStream;
import java.util.Arrays;
import java.util.List;

/**
 * The share columns that the counts of many modules are read with, without a solve for each. The
 * weights of a module's columns in its count are its part of the inverse of the normal equations.
 * Of modules whose components have the same forms these are alike, but for the energy of the
 * columns in the floats kept: random signs on all of them together give the mean in a few solves.
 */
final class PooledContrasts {
  /** Solves; the mean over a hundred modules is then known to a few per cent. */
  private static final int PROBES = 3;

  /** Any fixed number: a fit is a pure function of its arguments. */
  private static final long SEED = 2;

  private PooledContrasts() {}

  /**
   * A module of the fit.
   *
   * @param roots its components that are counted
   * @param own all its components
   */
  record Member(List<Integer> roots, List<Integer> own) {}

  /**
   * The contrasts of modules of the same forms.
   *
   * @param energies of the share columns of all components, over the floats kept; above 0 for those
   *     of the members' roots
   */
  static List<Contrast> of(
      List<Member> members, RootModules map, RidgeSolver solver, double[] energies, int d) {
    double[] means = new double[members.get(0).own.size()];
    for (int probe = 0; probe < PROBES; probe++) {
      RandomStream stream = RandomStream.of(SEED, RandomStream.Role.POSITION, 0, probe);
      float[] signs = new float[map.unknowns()];
      for (int k = 0; k < members.size(); k++) {
        for (int i : members.get(k).roots) {
          signs[i] = (stream.bits(k) & 1) == 0 ? 1f : -1f;
        }
      }
      float[] solution = solver.solveNormalEquations(signs, d);
      for (Member member : members) {
        float sign = signs[member.roots.get(0)];
        for (int c = 0; c < means.length; c++) {
          int i = member.own.get(c);
          means[c] += sign * solution[i] * energies[i] / (PROBES * members.size());
        }
      }
    }
    return members.stream()
        .map(
            member -> {
              double[] weights = new double[means.length];
              Arrays.setAll(
                  weights,
                  c -> {
                    double energy = energies[member.own.get(c)];
                    return energy > 0 ? means[c] / energy : 0;
                  });
              return new Contrast(member.own, weights);
            })
        .toList();
  }
}
