package io.resketch.core.graph;

import io.resketch.core.InvalidInputException;
import java.util.ArrayList;
import java.util.List;

/**
 * One run of a modular network: a {@link Skeleton} and the attribute vector of every object.
 * Immutable.
 */
public final class Computation {
  private final Skeleton skeleton;
  private final List<Attributes> attributes;

  private Computation(Skeleton skeleton, List<Attributes> attributes) {
    this.skeleton = skeleton;
    this.attributes = attributes;
  }

  public static Builder builder() {
    return new Builder();
  }

  /**
   * A computation of a known skeleton.
   *
   * @param attributes one vector per object, in the skeleton's order
   * @throws InvalidInputException if their number or a dimension is not the skeleton's, or a value
   *     is not finite
   */
  public static Computation of(Skeleton skeleton, List<Attributes> attributes) {
    if (attributes.size() != skeleton.size()) {
      throw new InvalidInputException(
          "attributes",
          attributes.size()
              + " vectors for "
              + skeleton.size()
              + " objects; give one for each, Attributes.none() where there are none");
    }
    for (int i = 0; i < attributes.size(); i++) {
      Attributes values = attributes.get(i);
      if (values.dimension() != skeleton.dimension(i)) {
        throw new InvalidInputException(
            "objects[" + skeleton.id(i) + "].attributes",
            values.dimension() + " attributes, but the skeleton says " + skeleton.dimension(i));
      }
      requireFinite(skeleton.id(i), values);
    }
    return new Computation(skeleton, List.copyOf(attributes));
  }

  private static void requireFinite(String id, Attributes values) {
    for (int i = 0; i < values.entries(); i++) {
      if (!Float.isFinite(values.value(i))) {
        throw new InvalidInputException(
            "objects[" + id + "].attributes[" + values.index(i) + "]",
            values.value(i) + " is not finite; replace it or leave the object out");
      }
    }
  }

  /** The same attributes on a skeleton with the same objects. */
  Computation withSkeleton(Skeleton other) {
    return new Computation(other, attributes);
  }

  public Skeleton skeleton() {
    return skeleton;
  }

  /** Attributes of object {@code i} of the skeleton. */
  public Attributes attributes(int i) {
    return attributes.get(i);
  }

  /** Collects a computation; {@link #build()} validates it. Not thread-safe. */
  public static final class Builder {
    private final Skeleton.Builder skeleton = Skeleton.builder();
    private final List<Attributes> attributes = new ArrayList<>();

    private Builder() {}

    /** Adds an object computed from {@code inputs}, in their order. */
    public Builder object(String id, String module, Attributes values, WeightedInput... inputs) {
      return object(id, module, values, List.of(inputs));
    }

    /**
     * Adds an object computed from {@code inputs}, in their order.
     *
     * @throws InvalidInputException if the id is empty or taken, or an attribute is not finite
     */
    public Builder object(String id, String module, Attributes values, List<WeightedInput> inputs) {
      skeleton.object(id, module, values.dimension(), inputs);
      return add(id, values);
    }

    /**
     * Adds an object computed from {@code inputs} that states how much of it is its own.
     *
     * @param ownWeight share of the object's own attributes, above 0 and below 1, 0.5 unless
     *     stated; see {@link OwnWeights#balanced}
     * @throws InvalidInputException as above, or if the own weight is out of range or there are no
     *     inputs
     */
    public Builder object(
        String id, String module, Attributes values, List<WeightedInput> inputs, float ownWeight) {
      skeleton.object(id, module, values.dimension(), inputs, ownWeight);
      return add(id, values);
    }

    private Builder add(String id, Attributes values) {
      requireFinite(id, values);
      attributes.add(values);
      return this;
    }

    /** Adds a root of the given weight, at its index among the roots. */
    public Builder root(String object, float weight) {
      return root(new WeightedInput(object, weight));
    }

    /** Adds a root. */
    public Builder root(WeightedInput root) {
      skeleton.root(root);
      return this;
    }

    /** Sets the mass; without it, the mass is the number of roots. */
    public Builder mass(double mass) {
      skeleton.mass(mass);
      return this;
    }

    /**
     * Validates the computation.
     *
     * @throws InvalidInputException as {@link Skeleton.Builder#build()}
     */
    public Computation build() {
      return new Computation(skeleton.build(), List.copyOf(attributes));
    }
  }
}
