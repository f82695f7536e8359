package io.resketch.benchmarks.recovery;

import io.resketch.core.InvalidInputException;
import io.resketch.core.recovery.Checkpoints;
import io.resketch.core.recovery.DataParallel;
import io.resketch.core.recovery.NetworkRecovery;
import io.resketch.core.recovery.PairSample;
import io.resketch.core.recovery.RecoveredNetwork;
import io.resketch.core.recovery.RecoveryOptions;
import io.resketch.core.recovery.TeacherNetwork;
import io.resketch.core.spec.SketchSpec;
import java.util.SplittableRandom;

/**
 * A teacher network that is recovered from pairs of it.
 *
 * @param shape of the network
 * @param nonzero attributes above 0 of every object, at most, of {@link #ATTRIBUTES}
 * @param pairsPerColumn N/n
 * @param storage what becomes of the sketches before they are learned from
 * @param seed of the network, the pairs and the search
 */
public record Trial(Shape shape, int nonzero, int pairsPerColumn, Storage storage, int seed) {
  static final int ATTRIBUTES = 16;
  private static final int FAN_IN = 3;

  /** Four of sixteen attributes above 0, 40 pairs for every column, exact sketches. */
  public Trial(Shape shape, int seed) {
    this(shape, 4, 40, Storage.EXACT, seed);
  }

  /** Columns of the dictionary n. */
  public int columns() {
    return shape.columns();
  }

  /** Columns of the input attributes p. */
  public int inputColumns() {
    return shape.inputs() * ATTRIBUTES;
  }

  /** Pairs N. */
  public int pairs() {
    return pairsPerColumn * columns();
  }

  /** Draws the network and the pairs, recovers, and compares. */
  public Score run(DataParallel engine) {
    TeacherNetwork teacher = teacher();
    double[] active = new double[columns()];
    PairSample pairs = draw(teacher, active);
    long began = System.nanoTime();
    try {
      RecoveredNetwork network =
          NetworkRecovery.recover(
              pairs,
              new RecoveryOptions(true, 0.1, seed),
              engine,
              (stage, done, all) -> {},
              Checkpoints.none());
      return Score.of(this, teacher, active, network, (System.nanoTime() - began) / 1e9);
    } catch (InvalidInputException refused) {
      return Score.refused(this, teacher, active);
    }
  }

  private TeacherNetwork teacher() {
    return new TeacherNetwork(
        new TeacherNetwork.Settings(
            shape.inputs(), shape.levels(), ATTRIBUTES, nonzero, FAN_IN, true, seed),
        new SketchSpec(shape.dimension(), shape.family(), seed + 1000));
  }

  /** Draws the network and the pairs. */
  PairSample sample() {
    return draw(teacher(), new double[columns()]);
  }

  /**
   * Draws pairs.
   *
   * @param active receives the share of the pairs in which each attribute is not 0
   */
  private PairSample draw(TeacherNetwork teacher, double[] active) {
    int rows = pairs();
    int p = inputColumns();
    int d = shape.dimension();
    float[] inputs = new float[rows * p];
    float[] sketches = new float[rows * d];
    SplittableRandom random = new SplittableRandom(seed);
    SplittableRandom noise = new SplittableRandom(seed + 2000L);
    for (int i = 0; i < rows; i++) {
      TeacherNetwork.Pair pair = teacher.pair(random);
      System.arraycopy(pair.attributes(), 0, inputs, i * p, p);
      System.arraycopy(storage.store(pair.sketch(), noise), 0, sketches, i * d, d);
      for (int j = 0; j < active.length; j++) {
        active[j] += pair.attributes()[j] != 0 ? 1.0 / rows : 0;
      }
    }
    return new PairSample(rows, teacher.inputSizes(), inputs, d, sketches);
  }
}
