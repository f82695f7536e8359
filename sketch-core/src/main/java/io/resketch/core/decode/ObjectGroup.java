package io.resketch.core.decode;

import java.util.List;

/**
 * Objects of one module that reach the sketch through the same operators, such as those at one
 * position of one list: the sketch holds their weighted sum and nothing that tells them apart.
 * Immutable.
 *
 * @param members object numbers, at least two, in increasing order
 * @param weights one per member, of mean 1: its effective weight in the sum
 * @param sum Σ weight · attributes, as long as the longest of the members' attribute vectors
 * @param standardError of one value of the sum; infinite where the sketch holds too little of it
 */
public record ObjectGroup(
    List<Integer> members, List<Double> weights, float[] sum, double standardError) {
  public ObjectGroup {
    members = List.copyOf(members);
    weights = List.copyOf(weights);
    sum = sum.clone();
  }

  /** Whether the sum's root mean square is above two standard errors. */
  public boolean determined() {
    double squares = DecodingProblem.energy(sum, 0, sum.length) / Math.max(1, sum.length);
    return Math.sqrt(squares) > 2 * standardError;
  }

  /** Whether the sum is the plain sum of the members' attributes. */
  public boolean evenly() {
    return weights.stream().allMatch(weight -> Math.abs(weight - 1) < 1e-6);
  }

  /** A copy. */
  @Override
  public float[] sum() {
    return sum.clone();
  }
}
