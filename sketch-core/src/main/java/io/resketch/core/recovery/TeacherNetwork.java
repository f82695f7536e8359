package io.resketch.core.recovery;

import io.resketch.core.InvalidInputException;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.graph.WeightedInput;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * A random network whose pairs are known to the last attribute, for experiments and tests of
 * recovery. Input objects draw a fixed number of non-negative attributes; every hidden object keeps
 * the greatest of a random linear map of its inputs' attributes, those above 0. Objects of a level
 * share inputs of the level below. Not thread-safe; of the same settings and spec another thread
 * gets the same network.
 */
public final class TeacherNetwork {
  private static final String MODULE = "module-";

  private final Settings settings;
  private final Skeleton skeleton;
  private final int[][] inputs;
  private final float[][][] maps;
  private final Sketcher sketcher;

  /**
   * What a network is drawn from.
   *
   * @param inputs number of input objects
   * @param levels number of hidden objects of every level, from the inputs up
   * @param attributes of every object
   * @param nonzero attributes above 0, at most
   * @param fanIn inputs of a hidden object, at most; two at least where there are two
   * @param unit whether attribute vectors have length 1
   * @param seed of the network
   */
  public record Settings(
      int inputs,
      List<Integer> levels,
      int attributes,
      int nonzero,
      int fanIn,
      boolean unit,
      long seed) {
    /**
     * Checks ranges.
     *
     * @throws InvalidInputException if a number is out of its range
     */
    public Settings {
      levels = List.copyOf(levels);
      require("inputs", inputs, 1, 1000);
      require("levels", levels.size(), 1, 16);
      for (int level : levels) {
        require("levels", level, 1, 1000);
      }
      require("attributes", attributes, 1, 10_000);
      require("nonzero", nonzero, 1, attributes);
      require("fan_in", fanIn, 1, 1000);
    }

    private static void require(String field, int value, int least, int most) {
      if (value < least || value > most) {
        throw new InvalidInputException(
            field, value + " must be " + least + " to " + most + "; correct the teacher");
      }
    }

    int objects() {
      return inputs + levels.stream().mapToInt(Integer::intValue).sum();
    }
  }

  /**
   * One pair with what is hidden in it.
   *
   * @param attributes of every object in order, the input objects first
   */
  public record Pair(float[] attributes, Sketch sketch) {}

  /** Draws a network for sketches of a spec. */
  public TeacherNetwork(Settings settings, SketchSpec spec) {
    this.settings = settings;
    this.sketcher = new Sketcher(spec);
    SplittableRandom random = new SplittableRandom(settings.seed());
    inputs = new int[settings.objects()][];
    maps = new float[settings.objects()][][];
    Skeleton.Builder building = Skeleton.builder();
    for (int i = 0; i < settings.inputs(); i++) {
      inputs[i] = new int[0];
      building.object(id(i), MODULE + i, settings.attributes(), List.of());
    }
    int first = 0;
    int next = settings.inputs();
    for (int size : settings.levels()) {
      drawWiring(random, first, next, size);
      for (int o = next; o < next + size; o++) {
        maps[o] = new float[settings.attributes()][inputs[o].length * settings.attributes()];
        for (float[] row : maps[o]) {
          for (int j = 0; j < row.length; j++) {
            row[j] = (float) (random.nextGaussian() / Math.sqrt(row.length));
          }
        }
        float weight = 1f / inputs[o].length;
        building.object(
            id(o),
            MODULE + o,
            settings.attributes(),
            Arrays.stream(inputs[o]).mapToObj(i -> new WeightedInput(id(i), weight)).toList());
      }
      first = next;
      next += size;
    }
    for (int o = first; o < next; o++) {
      building.root(new WeightedInput(id(o), 1f / (next - first)));
    }
    skeleton = building.build();
  }

  /** Gives every object of a level inputs of the level below, so that each of those is used. */
  private void drawWiring(SplittableRandom random, int first, int next, int size) {
    int below = next - first;
    List<List<Integer>> chosen = new ArrayList<>();
    for (int o = 0; o < size; o++) {
      int least = Math.min(2, Math.min(below, settings.fanIn()));
      int most = Math.min(below, settings.fanIn());
      int count = least + random.nextInt(most - least + 1);
      List<Integer> from = new ArrayList<>(IntStream.range(first, next).boxed().toList());
      java.util.Collections.shuffle(from, new java.util.Random(random.nextLong()));
      chosen.add(new ArrayList<>(from.subList(0, count)));
    }
    for (int i = first; i < next; i++) {
      int input = i;
      if (chosen.stream().noneMatch(list -> list.contains(input))) {
        chosen.get(random.nextInt(size)).add(i);
      }
    }
    for (int o = 0; o < size; o++) {
      inputs[next + o] = chosen.get(o).stream().mapToInt(Integer::intValue).toArray();
    }
  }

  private static String id(int object) {
    return "object-" + object;
  }

  public Settings settings() {
    return settings;
  }

  /** Objects, the input objects among them. */
  public int objects() {
    return inputs.length;
  }

  /** Objects that an object is computed from; none for an input object. */
  public List<Integer> inputs(int object) {
    return Arrays.stream(inputs[object]).boxed().toList();
  }

  /** Attributes of every input object. */
  public List<Integer> inputSizes() {
    return java.util.Collections.nCopies(settings.inputs(), settings.attributes());
  }

  /** Runs the network on random inputs. */
  public Pair pair(SplittableRandom random) {
    int m = settings.attributes();
    float[] all = new float[objects() * m];
    for (int o = 0; o < objects(); o++) {
      float[] values = inputs[o].length == 0 ? draw(random) : compute(o, all);
      if (settings.unit()) {
        normalise(values);
      }
      System.arraycopy(values, 0, all, o * m, m);
    }
    return new Pair(all, sketch(all));
  }

  private float[] draw(SplittableRandom random) {
    float[] out = new float[settings.attributes()];
    for (int chosen = 0; chosen < settings.nonzero(); ) {
      int j = random.nextInt(out.length);
      if (out[j] == 0) {
        out[j] = (float) Math.abs(random.nextGaussian());
        chosen++;
      }
    }
    return out;
  }

  private float[] compute(int object, float[] all) {
    int m = settings.attributes();
    float[] out = new float[m];
    for (int j = 0; j < m; j++) {
      float[] row = maps[object][j];
      double sum = 0;
      for (int i = 0; i < inputs[object].length; i++) {
        for (int k = 0; k < m; k++) {
          sum += row[i * m + k] * all[inputs[object][i] * m + k];
        }
      }
      out[j] = (float) Math.max(sum, 0);
    }
    IntStream.range(0, m)
        .boxed()
        .sorted(Comparator.comparing(j -> -out[j]))
        .skip(settings.nonzero())
        .forEach(j -> out[j] = 0);
    return out;
  }

  private static void normalise(float[] values) {
    double squares = 0;
    for (float value : values) {
      squares += (double) value * value;
    }
    for (int j = 0; j < values.length && squares > 0; j++) {
      values[j] = (float) (values[j] / Math.sqrt(squares));
    }
  }

  /**
   * The sketch of a run with given attributes.
   *
   * @param all attributes of every object in order
   */
  public Sketch sketch(float[] all) {
    int m = settings.attributes();
    List<Attributes> attributes = new ArrayList<>();
    for (int i = 0; i < skeleton.size(); i++) {
      int object = Integer.parseInt(skeleton.id(i).substring("object-".length()));
      attributes.add(Attributes.dense(Arrays.copyOfRange(all, object * m, (object + 1) * m)));
    }
    return sketcher.sketch(Computation.of(skeleton, attributes));
  }

  /** What every attribute of every object changes in the sketch, as columns of length 1. */
  public double[][] columns() {
    int n = objects() * settings.attributes();
    float[] zero = sketch(new float[n]).toArray();
    double[][] out = new double[n][zero.length];
    for (int j = 0; j < n; j++) {
      float[] one = new float[n];
      one[j] = 1;
      float[] sketch = sketch(one).toArray();
      for (int i = 0; i < zero.length; i++) {
        out[j][i] = sketch[i] - zero[i];
      }
      Symmetric.unit(out[j]);
    }
    return out;
  }
}
