package io.resketch.core.decode;

import io.resketch.core.InvalidInputException;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.operator.GraphOperator;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Takes objects out of a decoded sketch, each with a sketch of its own: that of the object and all
 * it was computed from, made anew from the recovered attributes. It does not depend on where the
 * object stood, so an object seen in two computations is found again by the cosine of the two.
 *
 * <p>Cost: a few sketches of the part. Keeps nothing from call to call; thread-safe.
 */
public final class Unroller {
  private static final int IDS_IN_MESSAGE = 8;

  private final Operators operators;

  public Unroller(Operators operators) {
    this.operators = operators;
  }

  /**
   * Takes out one object.
   *
   * @param decoded from a sketch of this unroller's spec, of any prefix length
   * @throws InvalidInputException if the skeleton has no object of this id, or the sketch holds
   *     only the sum of it and others
   */
  public Unrolled unroll(Decoded decoded, String objectId) {
    Skeleton whole = decoded.skeleton();
    Map<String, Integer> numbers = new HashMap<>();
    for (int i = 0; i < whole.size(); i++) {
      numbers.put(whole.id(i), i);
    }
    Integer object = numbers.get(objectId);
    if (object == null) {
      throw unknown(whole, objectId);
    }
    if (decoded.group(object).isPresent()) {
      throw grouped(whole, objectId, decoded.group(object).get());
    }
    Skeleton below = whole.below(object);
    List<Attributes> attributes = new ArrayList<>();
    double[] standardErrors = new double[below.size()];
    int position = 0;
    for (int i = 0; i < below.size(); i++) {
      int number = numbers.get(below.id(i));
      attributes.add(Attributes.dense(decoded.attributes(number)));
      standardErrors[i] = decoded.standardError(number);
      if (number == object) {
        position = i;
      }
    }
    shareErrors(decoded, below, standardErrors);
    Computation part = Computation.of(below, attributes);
    Sketch sketch = new Sketcher(operators).sketch(part);
    return new Unrolled(
        part,
        position,
        decoded.standardError(object),
        sketch,
        expectedDistance(below, standardErrors) / Math.sqrt(sketch.energy()));
  }

  /** A group that is in the part as a whole has one error, that of its sum. */
  private static void shareErrors(Decoded decoded, Skeleton below, double[] standardErrors) {
    Map<String, Integer> places = new HashMap<>();
    for (int i = 0; i < below.size(); i++) {
      places.put(below.id(i), i);
    }
    for (ObjectGroup group : decoded.groups()) {
      List<String> ids = group.members().stream().map(decoded.skeleton()::id).toList();
      if (places.keySet().containsAll(ids)) {
        ids.forEach(id -> standardErrors[places.get(id)] = 0);
        standardErrors[places.get(ids.get(0))] = group.standardError() / group.weights().get(0);
      }
    }
  }

  /**
   * √E‖A δ‖² for independent errors δ of the attributes. An object of which the sketch holds too
   * little to tell is taken for one of norm 1, recovered as 0.
   */
  private double expectedDistance(Skeleton skeleton, double[] standardErrors) {
    double[] energies =
        new GraphOperator(operators, skeleton).columnEnergies(operators.spec().dimension());
    double sum = 0;
    for (int i = 0; i < energies.length; i++) {
      double error = standardErrors[i];
      sum += energies[i] * (Double.isFinite(error) ? skeleton.dimension(i) * error * error : 1);
    }
    return Math.sqrt(sum);
  }

  private static InvalidInputException grouped(
      Skeleton skeleton, String objectId, ObjectGroup group) {
    List<String> others =
        group.members().stream()
            .map(skeleton::id)
            .filter(id -> !id.equals(objectId))
            .limit(IDS_IN_MESSAGE)
            .toList();
    int more = group.members().size() - 1 - others.size();
    return new InvalidInputException(
        "objectId",
        "\""
            + objectId
            + "\" cannot be told from "
            + String.join(", ", others)
            + (more > 0 ? " and " + more + " more" : "")
            + ": they are at one position, and the sketch holds only their sum, which decode"
            + " answers; give them positions of their own to unroll them");
  }

  private static InvalidInputException unknown(Skeleton skeleton, String objectId) {
    StringBuilder ids = new StringBuilder();
    for (int i = 0; i < Math.min(skeleton.size(), IDS_IN_MESSAGE); i++) {
      ids.append(i == 0 ? "" : ", ").append(skeleton.id(i));
    }
    if (skeleton.size() > IDS_IN_MESSAGE) {
      ids.append(" and ").append(skeleton.size() - IDS_IN_MESSAGE).append(" more");
    }
    return new InvalidInputException(
        "objectId",
        "\""
            + objectId
            + "\" is not an object of this skeleton; ask for one of "
            + ids
            + ", or decode with the skeleton that holds it");
  }

  /**
   * The computation with the recovered attributes: as good as the original for what can be done
   * with a computation, up to the errors of {@code decoded}.
   */
  public static Computation computation(Decoded decoded) {
    List<Attributes> attributes = new ArrayList<>();
    for (int i = 0; i < decoded.skeleton().size(); i++) {
      attributes.add(Attributes.dense(decoded.attributes(i)));
    }
    return Computation.of(decoded.skeleton(), attributes);
  }
}
