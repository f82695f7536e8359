package io.resketch.core.decode;

import io.resketch.core.graph.Skeleton;
import io.resketch.core.operator.PreciseLinearMap;
import io.resketch.core.spec.Family;
import io.resketch.core.spec.RandomStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Finds the objects of a skeleton that reach the sketch through proportional operators, and solves
 * for one of each group, which then stands for the weighted sum. Two paths are proportional if the
 * adjoints of random vectors are: others agree with a chance of one in a thousand million.
 * Immutable.
 */
final class Grouping {
  /** Any fixed number: decoding is a pure function of its arguments. */
  private static final long PROBE_SEED = 3;

  private static final int PROBES = 3;

  /** Relative, of adjoints in double precision. */
  private static final double SAME = 1e-9;

  private final Skeleton skeleton;
  private final Skeleton reduced;

  /** The representative, the longest, comes first. */
  private final List<List<Member>> groups;

  /**
   * An object of a group.
   *
   * @param scale of its path, relative to any one unit
   */
  private record Member(int object, double scale) {}

  private Grouping(Skeleton skeleton, Skeleton reduced, List<List<Member>> groups) {
    this.skeleton = skeleton;
    this.reduced = reduced;
    this.groups = groups;
  }

  /**
   * The groups of a skeleton.
   *
   * @param map of the skeleton
   */
  static Grouping of(Skeleton skeleton, Family family, PreciseLinearMap map) {
    if (skeleton.isPlain()) {
      return new Grouping(skeleton, skeleton, List.of()); // no two inputs of a list have one path
    }
    double[][] seen = new double[PROBES][map.unknowns()];
    for (int k = 0; k < PROBES; k++) {
      RandomStream stream = RandomStream.of(PROBE_SEED, RandomStream.Role.POSITION, 0, k);
      double[] y = new double[map.dimension()];
      for (int i = 0; i < y.length; i++) {
        y[i] = (stream.bits(i) >> 10) * 0x1p-53;
      }
      map.adjoint(y, seen[k]);
    }
    Map<String, List<List<Member>>> byModule = new LinkedHashMap<>();
    for (int i = 0; i < skeleton.size(); i++) {
      if (skeleton.dimension(i) > 0 && size(seen, skeleton.offset(i)) > 0) {
        // Columns of DENSE depend on how many there are.
        String key =
            skeleton.module(i)
                + (family instanceof Family.Dense ? "/" + skeleton.dimension(i) : "");
        join(byModule.computeIfAbsent(key, name -> new ArrayList<>()), skeleton, seen, i);
      }
    }
    int[] dimensions = new int[skeleton.size()];
    for (int i = 0; i < dimensions.length; i++) {
      dimensions[i] = skeleton.dimension(i);
    }
    List<List<Member>> groups = new ArrayList<>();
    byModule.values().stream()
        .flatMap(List::stream)
        .filter(group -> group.size() > 1)
        .forEach(
            group -> {
              int longest = 0;
              for (int k = 1; k < group.size(); k++) {
                if (dimensions[group.get(k).object] > dimensions[group.get(longest).object]) {
                  longest = k;
                }
              }
              group.add(0, group.remove(longest));
              group.stream().skip(1).forEach(member -> dimensions[member.object] = 0);
              groups.add(group);
            });
    return new Grouping(
        skeleton, groups.isEmpty() ? skeleton : skeleton.withDimensions(dimensions), groups);
  }

  /** Adds an object to the first group whose paths are as its own, or to a new one. */
  private static void join(
      List<List<Member>> groups, Skeleton skeleton, double[][] seen, int object) {
    int j = skeleton.offset(object);
    for (List<Member> group : groups) {
      int first = skeleton.offset(group.get(0).object);
      double ratio = seen[0][j] / seen[0][first];
      boolean same = Double.isFinite(ratio) && ratio > 0;
      for (int k = 1; same && k < PROBES; k++) {
        double off = Math.abs(seen[k][j] - ratio * seen[k][first]);
        same = off <= SAME * (size(seen, j) + ratio * size(seen, first));
      }
      if (same) {
        group.add(new Member(object, group.get(0).scale * ratio));
        return;
      }
    }
    groups.add(new ArrayList<>(List.of(new Member(object, 1))));
  }

  private static double size(double[][] seen, int j) {
    double squares = 0;
    for (double[] probe : seen) {
      squares += probe[j] * probe[j];
    }
    return Math.sqrt(squares);
  }

  /** The skeleton with one object of each group; the others have no attributes. */
  Skeleton reduced() {
    return reduced;
  }

  /** The answer for all objects from one for the reduced skeleton. */
  Decoded expand(Decoded found) {
    if (groups.isEmpty()) {
      return found;
    }
    float[][] values = new float[skeleton.size()][];
    double[] errors = new double[skeleton.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = found.attributes(i);
      errors[i] = found.standardError(i);
    }
    List<ObjectGroup> out = new ArrayList<>();
    for (List<Member> group : groups) {
      out.add(group(group, values, errors));
    }
    float[] all = new float[skeleton.totalDimension()];
    for (int i = 0; i < values.length; i++) {
      System.arraycopy(values[i], 0, all, skeleton.offset(i), skeleton.dimension(i));
    }
    return new Decoded(skeleton, all, errors, found.relativeResidual(), out);
  }

  /** The group's sum; its members get the shares of the smallest vectors that add up to it. */
  private ObjectGroup group(List<Member> group, float[][] values, double[] errors) {
    Member representative = group.get(0);
    double mean = group.stream().mapToDouble(Member::scale).average().orElseThrow();
    double factor = representative.scale / mean;
    float[] sum = values[representative.object].clone();
    for (int j = 0; j < sum.length; j++) {
      sum[j] = (float) (sum[j] * factor);
    }
    double error = errors[representative.object] * factor;
    double squares = group.stream().mapToDouble(m -> Math.pow(m.scale / mean, 2)).sum();
    for (Member member : group) {
      float[] share = new float[skeleton.dimension(member.object)];
      for (int j = 0; j < share.length; j++) {
        share[j] = (float) (sum[j] * (member.scale / mean) / squares);
      }
      values[member.object] = share;
      errors[member.object] = Double.POSITIVE_INFINITY;
    }
    List<Member> ordered = group.stream().sorted(Comparator.comparingInt(Member::object)).toList();
    return new ObjectGroup(
        ordered.stream().map(Member::object).toList(),
        ordered.stream().map(member -> member.scale / mean).toList(),
        sum,
        error);
  }
}
