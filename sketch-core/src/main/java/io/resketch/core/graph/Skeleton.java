package io.resketch.core.graph;

import io.resketch.core.InvalidInputException;
import java.nio.ByteBuffer;
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

  private final String[] ids;
  private final String[] modules;
  private final int[] dimensions;
  private final int[] offsets;
  private final int[][] inputs;
  private final float[][] weights;
  private final int[] roots;
  private final float[] rootWeights;
  private final double mass;

  private Skeleton(Builder b, int[][] inputs, float[][] weights, int[] roots, float[] rootWeights) {
    int n = b.objects.size();
    this.ids = new String[n];
    this.modules = new String[n];
    this.dimensions = new int[n];
    this.offsets = new int[n + 1];
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
    }
    this.inputs = inputs;
    this.weights = weights;
    this.roots = roots;
    this.rootWeights = rootWeights;
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

  /**
   * Unnormalised total weight of the roots: their number unless stated otherwise. A root's share of
   * the sketch times the mass is a count.
   */
  public double mass() {
    return mass;
  }

  /**
   * The skeleton of object {@code i} and all it was computed from, as a computation of its own: the
   * object is its only root, of weight 1, its mass is 1. Ids, modules, weights and the order of the
   * objects stay.
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
        List<WeightedInput> list = new ArrayList<>();
        for (int j = 0; j < inputs[k].length; j++) {
          list.add(new WeightedInput(ids[inputs[k][j]], weights[k][j]));
        }
        out.object(ids[k], modules[k], dimensions[k], list);
      }
    }
    return out.root(new WeightedInput(ids[i], 1f)).build();
  }

  /**
   * Canonical encoding: everything but the id of the run. Little-endian; strings are UTF-8 behind
   * an int32 length. Int32 object count; per object id, module, int32 dimension, int32 input count
   * and per input int32 object number and float32 weight; int32 root count and the roots likewise;
   * float64 mass.
   */
  public byte[] canonicalBytes() {
    List<byte[]> names = new ArrayList<>();
    int length = 4 + 4 + 8 + roots.length * 8;
    for (int i = 0; i < ids.length; i++) {
      byte[] id = ids[i].getBytes(StandardCharsets.UTF_8);
      byte[] module = modules[i].getBytes(StandardCharsets.UTF_8);
      names.add(id);
      names.add(module);
      length = Math.addExact(length, 16 + id.length + module.length + inputs[i].length * 8);
    }
    ByteBuffer out = ByteBuffer.allocate(length).order(java.nio.ByteOrder.LITTLE_ENDIAN);
    out.putInt(ids.length);
    for (int i = 0; i < ids.length; i++) {
      byte[] id = names.get(2 * i);
      byte[] module = names.get(2 * i + 1);
      out.putInt(id.length).put(id).putInt(module.length).put(module).putInt(dimensions[i]);
      putEdges(out, inputs[i], weights[i]);
    }
    putEdges(out, roots, rootWeights);
    out.putDouble(mass);
    return out.array();
  }

  private static void putEdges(ByteBuffer out, int[] objects, float[] weights) {
    out.putInt(objects.length);
    for (int k = 0; k < objects.length; k++) {
      out.putInt(objects[k]).putFloat(weights[k]);
    }
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

      Entry(String id, String module, int dimension, List<WeightedInput> inputs) {
        this.id = id;
        this.module = module;
        this.dimension = dimension;
        this.inputs = inputs;
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
      objects.add(new Entry(id, module, dimension, List.copyOf(inputs)));
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
      float[][] weights = new float[n][];
      for (int i = 0; i < n; i++) {
        Entry entry = objects.get(i);
        inputs[i] = resolve(field(entry.id) + ".inputs", entry.inputs);
        weights[i] = checkWeights(field(entry.id) + ".inputs", entry.inputs);
      }
      int[] rootObjects = resolve("roots", roots);
      float[] rootWeights = checkWeights("roots", roots);
      checkReachAndCycles(inputs, rootObjects);
      return new Skeleton(this, inputs, weights, rootObjects, rootWeights);
    }

    private static String field(String id) {
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

    /** Cycles are looked for everywhere, so that they are named even out of the roots' reach. */
    private void checkReachAndCycles(int[][] inputs, int[] rootObjects) {
      byte[] state = new byte[inputs.length];
      for (int root : rootObjects) {
        visit(root, inputs, state);
      }
      int unreached = -1;
      for (int i = inputs.length - 1; i >= 0; i--) {
        if (state[i] == NOT_SEEN) {
          unreached = i;
        }
      }
      if (unreached < 0) {
        return;
      }
      for (int i = 0; i < inputs.length; i++) {
        visit(i, inputs, state);
      }
      throw new InvalidInputException(
          field(objects.get(unreached).id),
          "is out of reach of every root, so no sketch could hold it; add it to the inputs of an"
              + " object or to the roots, or leave it out");
    }

    private static final byte NOT_SEEN = 0;
    private static final byte ON_PATH = 1;
    private static final byte DONE = 2;

    /** Depth-first on an explicit stack: graphs may be deep. */
    private void visit(int start, int[][] inputs, byte[] state) {
      if (state[start] != NOT_SEEN) {
        return;
      }
      Deque<int[]> path = new ArrayDeque<>(); // {object, next input}
      state[start] = ON_PATH;
      path.push(new int[] {start, 0});
      while (!path.isEmpty()) {
        int[] top = path.peek();
        int i = top[0];
        if (top[1] == inputs[i].length) {
          state[i] = DONE;
          path.pop();
          continue;
        }
        int child = inputs[i][top[1]++];
        if (state[child] == ON_PATH) {
          throw new InvalidInputException(
              field(objects.get(i).id) + ".inputs",
              "\""
                  + objects.get(child).id
                  + "\" closes a cycle: it is computed, directly or not, from this object");
        }
        if (state[child] == NOT_SEEN) {
          state[child] = ON_PATH;
          path.push(new int[] {child, 0});
        }
      }
    }
  }
}
