package io.resketch.benchmarks;

import io.resketch.core.graph.Computation;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.ejml.data.FMatrixRMaj;
import org.ejml.dense.row.CommonOps_FDRM;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Sketching one tree of 84 objects with 64 attributes, one thread: the product against the literal
 * dense form of the paper in EJML, a d×64 matrix for every module and a d×d matrix for every
 * position.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 1, jvmArgsAppend = "-Xmx4g")
public class SketchBenchmark {
  static final int BLOCKS_PER_COLUMN = 16;
  static final long SEED = 7;

  /** Floats of the sketch. */
  @Param("4096")
  public int dimension;

  /** What is sketched; see {@link Trees#named}. */
  @Param("tree")
  public String graph;

  private Computation computation;
  private Sketcher sketcher;

  /** Draws the computation. */
  @Setup
  public void prepare() {
    computation = Trees.named(graph, 1);
    sketcher = new Sketcher(new SketchSpec(dimension, BLOCKS_PER_COLUMN, SEED));
  }

  /** The product with the Vector API, as ./resketch runs it. */
  @Benchmark
  @Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
  public Sketch blockSparse() {
    return sketcher.sketch(computation);
  }

  /** The product in plain Java, where the JVM is started without the Vector API. */
  @Benchmark
  public Sketch blockSparsePlain() {
    return sketcher.sketch(computation);
  }

  /** The literal dense form. */
  @Benchmark
  @Warmup(iterations = 1, time = 2)
  @Measurement(iterations = 3, time = 2)
  public FMatrixRMaj literalDense(Dense dense) {
    return dense.sketch(computation);
  }

  /** Dense matrices; their values do not matter to the time. */
  @State(Scope.Thread)
  public static class Dense {
    private int d;
    private FMatrixRMaj[] modules;
    private FMatrixRMaj[] signatures;
    private FMatrixRMaj[] positions;

    /** Draws all matrices. */
    @Setup
    public void draw(SketchBenchmark benchmark) {
      d = benchmark.dimension;
      Random random = new Random(2);
      Skeleton skeleton = Trees.tree(1).skeleton();
      modules = new FMatrixRMaj[skeleton.size()];
      signatures = new FMatrixRMaj[skeleton.size()];
      for (int i = 0; i < modules.length; i++) {
        modules[i] = random(random, Trees.ATTRIBUTES);
        signatures[i] = random(random, 1);
      }
      positions = new FMatrixRMaj[Trees.FAN_IN + 2]; // the inputs', then attr and inputs
      for (int i = 0; i < positions.length; i++) {
        positions[i] = random(random, d);
      }
    }

    private FMatrixRMaj random(Random random, int columns) {
      FMatrixRMaj matrix = new FMatrixRMaj(d, columns);
      float scale = (float) (1 / Math.sqrt(d));
      for (int i = 0; i < matrix.data.length; i++) {
        matrix.data[i] = (random.nextFloat() - 0.5f) * scale;
      }
      return matrix;
    }

    FMatrixRMaj sketch(Computation computation) {
      FMatrixRMaj sum = new FMatrixRMaj(d, 1);
      Skeleton skeleton = computation.skeleton();
      for (int k = 0; k < skeleton.rootCount(); k++) {
        addTransparent(
            sum, skeleton.rootWeight(k), object(computation, skeleton.root(k)), positions[k]);
      }
      return sum;
    }

    private FMatrixRMaj object(Computation computation, int i) {
      Skeleton skeleton = computation.skeleton();
      FMatrixRMaj own = new FMatrixRMaj(d, 1);
      FMatrixRMaj x =
          new FMatrixRMaj(Trees.ATTRIBUTES, 1, true, computation.attributes(i).toArray());
      CommonOps_FDRM.mult(0.5f, modules[i], x, own);
      CommonOps_FDRM.addEquals(own, 0.5f, signatures[i]);
      if (skeleton.inputCount(i) == 0) {
        return own;
      }
      FMatrixRMaj tuple = new FMatrixRMaj(d, 1);
      for (int k = 0; k < skeleton.inputCount(i); k++) {
        addTransparent(
            tuple, skeleton.weight(i, k), object(computation, skeleton.input(i, k)), positions[k]);
      }
      FMatrixRMaj sum = new FMatrixRMaj(d, 1);
      addTransparent(sum, 0.5f, own, positions[Trees.FAN_IN]);
      addTransparent(sum, 0.5f, tuple, positions[Trees.FAN_IN + 1]);
      return sum;
    }

    /** sum += w · ½ (I + R) v. */
    private static void addTransparent(
        FMatrixRMaj sum, float w, FMatrixRMaj v, FMatrixRMaj rotation) {
      CommonOps_FDRM.addEquals(sum, 0.5f * w, v);
      CommonOps_FDRM.multAdd(0.5f * w, rotation, v, sum);
    }
  }
}
