package io.resketch.core.decode;

import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.WeightedInput;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What could be unrolled of a sketch without its skeleton: a tree of objects. An object that is
 * used in several places is in the tree at each of them. Immutable.
 */
public final class BlindTree {
  /** How far the tree accounts for the sketch. */
  public enum Status {
    /**
     * The found weights of every list add up, the tree leaves no more of the sketch than its noise,
     * and nothing above {@link #hiddenWeight} is missing.
     */
    COMPLETE,
    /**
     * Objects were found; others are missing or may be: weight is missing, the sketch is not
     * explained, or the noise is large enough to hide an object.
     */
    PARTIAL,
    /**
     * Different modules share a position: a sum of different computations, or a list that is a bag;
     * not to be unrolled.
     */
    MIXED,
    /** No known module stands out of the noise. */
    NOTHING_FOUND
  }

  private final Status status;
  private final String reason;
  private final List<BlindObject> objects;
  private final double relativeResidual;
  private final double hiddenWeight;
  private final double mass;

  BlindTree(
      Status status,
      String reason,
      List<BlindObject> objects,
      double relativeResidual,
      double hiddenWeight,
      double mass) {
    this.status = status;
    this.reason = reason;
    this.objects = List.copyOf(objects);
    this.relativeResidual = relativeResidual;
    this.hiddenWeight = hiddenWeight;
    this.mass = mass;
  }

  /** The same with another reason where it is not complete. */
  BlindTree unlessComplete(String other) {
    return status == Status.COMPLETE
        ? this
        : new BlindTree(status, other, objects, relativeResidual, hiddenWeight, mass);
  }

  public Status status() {
    return status;
  }

  /** Why the status is not {@link Status#COMPLETE}; empty if it is. */
  public String reason() {
    return reason;
  }

  /** The objects found; a parent comes before its inputs. */
  public List<BlindObject> objects() {
    return objects;
  }

  /**
   * ‖s − ŝ‖ / ‖s‖ over the floats kept, with ŝ the sketch of what was found; 0 for a zero sketch.
   */
  public double relativeResidual() {
    return relativeResidual;
  }

  /** Share of the root weights that no object found accounts for. */
  public double missingWeight() {
    return 1 - listWeight(-1);
  }

  /**
   * The largest share of the weight of its list, in any list, that an object may have which was not
   * found: what the noise hides. 1 unless the tree explains the sketch.
   */
  public double hiddenWeight() {
    return hiddenWeight;
  }

  /**
   * Weight of object {@code i} in the list that it stands in: its effective weight over its
   * parent's.
   */
  public double weight(int i) {
    BlindObject object = objects.get(i);
    return object.parent() < 0
        ? object.effectiveWeight()
        : object.effectiveWeight() / objects.get(object.parent()).effectiveWeight();
  }

  /** Positions from the roots down to object {@code i}, joined by points, such as {@code 2.0.1}. */
  public String path(int i) {
    BlindObject object = objects.get(i);
    return object.parent() < 0
        ? Integer.toString(object.position())
        : path(object.parent()) + "." + object.position();
  }

  private double listWeight(int parent) {
    double sum = 0;
    for (int i = 0; i < objects.size(); i++) {
      sum += objects.get(i).parent() == parent ? weight(i) : 0;
    }
    return sum;
  }

  /**
   * The tree as a computation, which can be sketched again, and whose skeleton {@link GraphDecoder}
   * takes. Ids are paths; found weights are divided by the sum of their list; positions that
   * nothing was found at refer to their neighbour with weight 0.
   *
   * @return empty unless the tree is complete
   */
  public Optional<Computation> computation() {
    if (status != Status.COMPLETE) {
      return Optional.empty();
    }
    Computation.Builder builder = Computation.builder().mass(mass);
    for (int i = 0; i < objects.size(); i++) {
      BlindObject object = objects.get(i);
      builder.object(path(i), object.module(), Attributes.dense(object.attributes()), list(i));
    }
    for (WeightedInput root : list(-1)) {
      builder.root(root.object(), root.weight());
    }
    return Optional.of(builder.build());
  }

  private List<WeightedInput> list(int parent) {
    double sum = listWeight(parent);
    List<WeightedInput> list = new ArrayList<>();
    for (int i = 0; i < objects.size(); i++) {
      if (objects.get(i).parent() == parent) {
        int position = objects.get(i).position();
        while (list.size() <= position) {
          list.add(new WeightedInput(path(i), 0f));
        }
        list.set(position, new WeightedInput(path(i), (float) (weight(i) / sum)));
      }
    }
    return list;
  }
}
