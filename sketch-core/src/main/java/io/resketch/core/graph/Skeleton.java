package io.resketch.core.graph;

import io.resketch.core.InvalidInputException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A computation graph without its attribute values: objects with their modules, sizes and weighted
 * inputs, and the roots. Validated once and immutable, hence safe to share between threads.
 *
 * <p>Objects are numbered in the order in which they were given; attribute vectors of a whole graph
 * are concatenated in that order.
 */
public final class Skeleton {
  /** Allowed distance of a weight list's sum from 1. */
  public static final double WEIGHT_SUM_TOLERANCE = 1e-4;

  /** Share of an object that its own attributes have where none is stated. */
  public static final float DEFAULT_OWN_WEIGHT = 0.5f;

  private final String[] ids;
  private final String[] modules;
  private final int[] dimensions;
  private final int[] offsets;
  private final int[][] inputs;
  private final float[][] weights;
  private final int[][] positions;
  private final float[] ownWeights;
  private final int[] roots;
  private final float[] rootWeights;
  private final int[] rootPositions;
  private final double mass;

  private Skeleton(Builder b, int[][] inputs, int[] roots) {
    int n = b.objects.size();
    this.ids = new String[n];
    this.modules = new String[n];
    this.dimensions = new int[n];
    this.offsets = new int[n + 1];
    this.weights = new float[n][];
    this.positions = new int[n][];
    this.ownWeights = new float[n];
    for (int i = 0; i < n; i++) {
      Builder.Entry entry = b.objects.get(i);
      ids[i] = entry.id;
      modules[i] = entry.module;
      dimensions[i] = entry.dimension;
      if (offsets[i] > Integer.MAX_VALUE - entry.dimension) {
        throw new InvalidInputException(
            Builder.field(entry.id) + ".dimension",
            entry.dimension
                + " makes the attributes of the whole computation more than "
                + Integer.MAX_VALUE
                + "; split the computation, or hash its attributes to fewer");
      }
      offsets[i + 1] = offsets[i] + entry.dimension;
      String field = Builder.field(entry.id) + ".inputs";
      weights[i] = Builder.checkWeights(field, entry.inputs);
      positions[i] = Builder.checkPositions(field, entry.inputs);
      ownWeights[i] = entry.ownWeight;
    }
    this.inputs = inputs;
    this.roots = roots;
    this.rootWeights = Builder.checkWeights("roots", b.roots);
    this.rootPositions = Builder.checkPositions("roots", b.roots);
    this.mass = b.mass == null ? roots.length : b.mass;
  }

  public static Builder builder() {
    return new Builder();
  }

  /** Number of objects, at least 1. */
  public int size() {
    return ids.length;
  }

  /** Id of object {@code i}. */
  public String id(int i) {
    return ids[i];
  }

  /** Module of object {@code i}. */
  public String module(int i) {
    return modules[i];
  }

  /** Number of attributes of object {@code i}. */
  public int dimension(int i) {
    return dimensions[i];
  }

  /** Where the attributes of object {@code i} start in the concatenation of all. */
  public int offset(int i) {
    return offsets[i];
  }

  /** Number of attributes of all objects together. */
  public int totalDimension() {
    return offsets[ids.length];
  }

  /** Number of inputs of object {@code i}; 0 for a leaf. */
  public int inputCount(int i) {
    return inputs[i].length;
  }

  /** Object number of the k-th input of object {@code i}. */
  public int input(int i, int k) {
    return inputs[i][k];
  }

  /** Weight of the k-th input of object {@code i}. */
  public float weight(int i, int k) {
    return weights[i][k];
  }

  /** Position of the k-th input of object {@code i}: k unless stated otherwise. */
  public int position(int i, int k) {
    return positions[i][k];
  }

  /**
   * Share β of object {@code i} that its own attributes have, 1 − β being that of its inputs;
   * {@link #DEFAULT_OWN_WEIGHT} unless stated otherwise. Without meaning for a leaf.
   */
  public float ownWeight(int i) {
    return ownWeights[i];
  }

  /** Number of roots, at least 1. */
  public int rootCount() {
    return roots.length;
  }

  /** Object number of the k-th root. */
  public int root(int k) {
    return roots[k];
  }

  /** Weight of the k-th root. */
  public float rootWeight(int k) {
    return rootWeights[k];
  }

  /** Position of the k-th root: k unless stated otherwise. */
  public int rootPosition(int k) {
    return rootPositions[k];
  }

  /**
   * Whether every position is the index in its list and every own weight {@link
   * #DEFAULT_OWN_WEIGHT}: all that readers before positions and own weights understand.
   */
  public boolean isPlain() {
    boolean plain = inOrder(rootPositions);
    for (int i = 0; i < ids.length; i++) {
      plain &= inOrder(positions[i]) && ownWeights[i] == DEFAULT_OWN_WEIGHT;
    }
    return plain;
  }

  private static boolean inOrder(int[] positions) {
    for (int k = 0; k < positions.length; k++) {
      if (positions[k] != k) {
        return false;
      }
    }
    return true;
  }

  /**
   * Unnormalised total weight of the roots: their number unless stated otherwise. A root's share of
   * the sketch times the mass is a count.
   */
  public double mass() {
    return mass;
  }

  /**
   * The skeleton of object {@code i} and all it was computed from, as a computation of its own: the
   * object is its only root, of weight 1, its mass is 1. Ids, modules, weights, positions and the
   * order of the objects stay.
   */
  public Skeleton below(int i) {
    boolean[] kept = new boolean[ids.length];
    Deque<Integer> open = new ArrayDeque<>();
    kept[i] = true;
    open.push(i);
    while (!open.isEmpty()) {
      for (int child : inputs[open.pop()]) {
        if (!kept[child]) {
          kept[child] = true;
          open.push(child);
        }
      }
    }
    Builder out = builder();
    for (int k = 0; k < ids.length; k++) {
      if (kept[k]) {
        List<WeightedInput> list = list(inputs[k], weights[k], positions[k]);
        out.add(ids[k], modules[k], dimensions[k], list, ownWeights[k]);
      }
    }
    return out.root(new WeightedInput(ids[i], 1f)).build();
  }

  /**
   * The same graph with other numbers of attributes.
   *
   * @param newDimensions one per object
   */
  public Skeleton withDimensions(int[] newDimensions) {
    return rebuilt(newDimensions, ownWeights, positions, rootPositions);
  }

  /** The same graph with other own weights, one per object; those of leaves do not matter. */
  Skeleton withOwnWeights(float[] newOwnWeights) {
    return rebuilt(dimensions, newOwnWeights, positions, rootPositions);
  }

  /** The same graph with other positions, one per input and root. */
  Skeleton withPositions(int[][] newPositions, int[] newRootPositions) {
    return rebuilt(dimensions, ownWeights, newPositions, newRootPositions);
  }

  private Skeleton rebuilt(
      int[] itsDimensions, float[] itsOwnWeights, int[][] itsPositions, int[] itsRootPositions) {
    Builder out = builder();
    for (int i = 0; i < ids.length; i++) {
      List<WeightedInput> list = list(inputs[i], weights[i], itsPositions[i]);
      out.add(ids[i], modules[i], itsDimensions[i], list, itsOwnWeights[i]);
    }
    list(roots, rootWeights, itsRootPositions).forEach(out::root);
    return out.mass(mass).build();
  }

  private List<WeightedInput> list(int[] objects, float[] itsWeights, int[] itsPositions) {
    List<WeightedInput> out = new ArrayList<>();
    for (int k = 0; k < objects.length; k++) {
      out.add(new WeightedInput(ids[objects[k]], itsWeights[k], itsPositions[k]));
    }
    return out;
  }

  /**
   * Canonical encoding: everything but the id of the run. Little-endian; strings are UTF-8 behind
   * an int32 length. Int32 object count; per object id, module, int32 dimension, int32 input count
   * and per input int32 object number and float32 weight; int32 root count and the roots likewise;
   * float64 mass. Unless the skeleton {@link #isPlain}, then per object float32 own weight and per
   * input int32 position, and per root int32 position.
   */
  public byte[] canonicalBytes() {
    return CanonicalForm.of(this);
  }

  /** SHA-256 of {@link #canonicalBytes()}, 32 bytes. */
  public byte[] contentHash() {
    try {
      return MessageDigest.getInstance("SHA-256").digest(canonicalBytes());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** Collects a graph; {@link #build()} validates it. Not thread-safe. */
  public static final class Builder {
    private static final class Entry {
      final String id;
      final String module;
      final int dimension;
      final List<WeightedInput> inputs;
      final float ownWeight;

      Entry(String id, String module, int dimension, List<WeightedInput> inputs, float ownWeight) {
        this.id = id;
        this.module = module;
        this.dimension = dimension;
        this.inputs = inputs;
        this.ownWeight = ownWeight;
      }
    }

    private final List<Entry> objects = new ArrayList<>();
    private final Map<String, Integer> numbers = new HashMap<>();
    private final List<WeightedInput> roots = new ArrayList<>();
    private Double mass;

    private Builder() {}

    /**
     * Adds an object.
     *
     * @throws InvalidInputException if the id is empty or taken, the module is empty, either is not
     *     Unicode text, or the dimension is negative
     */
    public Builder object(String id, String module, int dimension, List<WeightedInput> inputs) {
      return add(id, module, dimension, inputs, DEFAULT_OWN_WEIGHT);
    }

    /**
     * Adds an object with inputs that states how much of it is its own.
     *
     * @param ownWeight β, above 0 and below 1: the share of the object's own attributes
     * @throws InvalidInputException as above, or if the own weight is out of range or the object
     *     has no inputs
     */
    public Builder object(
        String id, String module, int dimension, List<WeightedInput> inputs, float ownWeight) {
      if (inputs.isEmpty()) {
        throw new InvalidInputException(
            field(id) + ".ownWeight",
            ownWeight
                + " is given for an object without inputs, which is all its own; leave it"
                + " out");
      }
      if (!(ownWeight > 0 && ownWeight < 1)) {
        throw new InvalidInputException(
            field(id) + ".ownWeight",
            ownWeight
                + " must be above 0 and below 1: the share of the object's own attributes, the rest"
                + " being that of its inputs; leave it out for 0.5");
      }
      return add(id, module, dimension, inputs, ownWeight);
    }

    private Builder add(
        String id, String module, int dimension, List<WeightedInput> inputs, float ownWeight) {
      if (id.isEmpty()) {
        throw new InvalidInputException(
            "objects[" + objects.size() + "].id", "is empty; give every object an id");
      }
      if (module.isEmpty()) {
        throw new InvalidInputException(
            field(id) + ".module", "is empty; name the module that made the object");
      }
      if (!StandardCharsets.UTF_8.newEncoder().canEncode(id + module)) {
        throw new InvalidInputException(
            "objects[" + objects.size() + "]",
            "its id or module has half of a surrogate pair, which is no character; correct the"
                + " text");
      }
      if (dimension < 0) {
        throw new InvalidInputException(
            field(id) + ".dimension", Integer.toUnsignedString(dimension) + " is out of range");
      }
      Integer before = numbers.putIfAbsent(id, objects.size());
      if (before != null) {
        throw new InvalidInputException(
            field(id) + ".id",
            "\"" + id + "\" is also the id of object " + before + "; ids are unique");
      }
      objects.add(new Entry(id, module, dimension, List.copyOf(inputs), ownWeight));
      return this;
    }

    /** Adds a root. */
    public Builder root(WeightedInput root) {
      roots.add(root);
      return this;
    }

    /** Sets the mass; without it, the mass is the number of roots. */
    public Builder mass(double newMass) {
      if (!(newMass > 0) || Double.isInfinite(newMass)) {
        throw new InvalidInputException("mass", newMass + " must be finite and above 0");
      }
      this.mass = newMass;
      return this;
    }

    /**
     * Validates the graph.
     *
     * @throws InvalidInputException if there is no object or no root, a reference is unknown, a
     *     weight list breaks its rules, the graph has a cycle, an object is out of reach of every
     *     root, or there are more than 2^31 − 1 attributes in all; the message names the object
     */
    public Skeleton build() {
      if (objects.isEmpty()) {
        throw new InvalidInputException("objects", "is empty; a computation has at least one");
      }
      if (roots.isEmpty()) {
        throw new InvalidInputException(
            "roots", "is empty; name the objects that the output was computed from");
      }
      int n = objects.size();
      int[][] inputs = new int[n][];
      for (int i = 0; i < n; i++) {
        Entry entry = objects.get(i);
        inputs[i] = resolve(field(entry.id) + ".inputs", entry.inputs);
      }
      int[] rootObjects = resolve("roots", roots);
      Skeleton out = new Skeleton(this, inputs, rootObjects);
      Reachability.check(i -> objects.get(i).id, inputs, rootObjects);
      return out;
    }

    static String field(String id) {
      return "objects[" + id + "]";
    }

    private int[] resolve(String field, List<WeightedInput> list) {
      int[] out = new int[list.size()];
      for (int k = 0; k < out.length; k++) {
        Integer number = numbers.get(list.get(k).object());
        if (number == null) {
          throw new InvalidInputException(
              field + "[" + k + "].object",
              "\"" + list.get(k).object() + "\" is not the id of an object of this computation");
        }
        out[k] = number;
      }
      return out;
    }

    private static float[] checkWeights(String field, List<WeightedInput> list) {
      float[] out = new float[list.size()];
      double sum = 0;
      for (int k = 0; k < out.length; k++) {
        out[k] = list.get(k).weight();
        if (!(out[k] >= 0) || Float.isInfinite(out[k])) {
          throw new InvalidInputException(
              field + "[" + k + "].weight", out[k] + " must be finite and at least 0");
        }
        sum += out[k];
      }
      if (out.length > 0 && Math.abs(sum - 1) > WEIGHT_SUM_TOLERANCE) {
        throw new InvalidInputException(
            field,
            "weights sum to "
                + sum
                + ", must be 1 within "
                + WEIGHT_SUM_TOLERANCE
                + "; divide each by the sum");
      }
      return out;
    }

    private static int[] checkPositions(String field, List<WeightedInput> list) {
      int[] out = new int[list.size()];
      for (int k = 0; k < out.length; k++) {
        int position = list.get(k).position();
        if (position < WeightedInput.INDEX || position > WeightedInput.MAX_POSITION) {
          throw new InvalidInputException(
              field + "[" + k + "].position",
              position
                  + " must be 0 to "
                  + WeightedInput.MAX_POSITION
                  + "; leave it out for the index in the list");
        }
        out[k] = position == WeightedInput.INDEX ? k : position;
      }
      return out;
    }
  }
}
