package io.resketch.benchmarks;

import io.resketch.core.decode.Decoded;
import io.resketch.core.decode.Decoder;
import io.resketch.core.decode.GraphDecoder;
import io.resketch.core.graph.Computation;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import java.util.concurrent.TimeUnit;
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

/** Decoding 5,376 unknowns, with standard errors, one thread. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 3)
@Fork(value = 1, jvmArgsAppend = "--add-modules=jdk.incubator.vector")
public class DecodeBenchmark {
  /** Floats of the sketch. */
  @Param({"2048", "4096", "8192", "16384"})
  public int dimension;

  /** What is decoded; see {@link Trees#named}. */
  @Param("tree")
  public String graph;

  private GraphDecoder decoder;
  private GraphDecoder decoderForMany;
  private GraphDecoder treeDecoder;
  private Sketch sketch;
  private Sketch signed;
  private Sketch positive;

  /** Sketches the computation. */
  @Setup
  public void prepare() {
    Computation computation = Trees.named(graph, 1);
    Operators operators = new Operators(new SketchSpec(dimension, 16, 7));
    Sketcher sketcher = new Sketcher(operators);
    sketch = sketcher.sketch(computation);
    treeDecoder = new GraphDecoder(operators, Trees.tree(1).skeleton());
    signed = sketcher.sketch(Trees.sparseTree(1, 4, true, false));
    positive = sketcher.sketch(Trees.sparseTree(1, 4, false, false));
    decoder = new GraphDecoder(operators, computation.skeleton());
    decoderForMany = GraphDecoder.forMany(operators, computation.skeleton());
  }

  /** The decoder of the paper. */
  @Benchmark
  public Decoded matched() {
    return decoder.decode(sketch, Decoder.MATCHED);
  }

  /** All objects at once. */
  @Benchmark
  public Decoded joint() {
    return decoder.decode(sketch, Decoder.JOINT);
  }

  /** The same with the system factored. */
  @Benchmark
  public Decoded jointForMany() {
    return decoderForMany.decode(sketch, Decoder.JOINT);
  }

  /** 4 of 64 attributes of an object are not 0. */
  @Benchmark
  public Decoded sparse() {
    return treeDecoder.decode(signed, Decoder.SPARSE);
  }

  /** The same, none negative. */
  @Benchmark
  public Decoded sparseNonNegative() {
    return treeDecoder.decode(positive, Decoder.SPARSE_NONNEGATIVE);
  }
}
