package io.resketch.recovery.spark;

import io.resketch.core.recovery.EngineProvider;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.Function;
import org.apache.spark.broadcast.Broadcast;

/**
 * A Spark application. Parts are cut into slices, a task of Spark each; a task whose executor is
 * lost is run again elsewhere. What a task knows goes to every executor once. Thread-safe.
 */
final class SparkEngine implements EngineProvider.Engine {
  /** So that the last slices of a map are short, and all cores work until its end. */
  private static final int SLICES_PER_CORE = 4;

  private static final int LEAST_SLICES = 16;

  private final JavaSparkContext context;

  SparkEngine(String master, List<Path> jars) {
    SparkConf conf = new SparkConf();
    conf.setMaster(master);
    conf.setIfMissing("spark.app.name", "resketch recovery");
    conf.setIfMissing("spark.ui.enabled", "false");
    conf.setIfMissing("spark.broadcast.compress", "false"); // what is sent has no pattern
    if (!jars.isEmpty()) {
      conf.setJars(jars.stream().map(Path::toString).toArray(String[]::new));
    }
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()) {
      conf.setIfMissing("spark.executor.extraJavaOptions", "--add-modules=jdk.incubator.vector");
    }
    context = new JavaSparkContext(conf);
  }

  /** A task as Spark takes it: read once by an executor, and not by each slice anew. */
  private record OfSpark<A, B>(Broadcast<Task<A, B>> task) implements Function<A, B> {
    @Override
    public B call(A part) {
      return task.value().apply(part);
    }
  }

  /**
   * {@inheritDoc}
   *
   * @throws IllegalStateException if a task fails four times, or no executor is left
   */
  @Override
  public <A, B> List<B> map(List<A> parts, Task<A, B> task) {
    if (parts.isEmpty()) {
      return List.of();
    }
    int slices =
        Math.min(
            parts.size(), Math.max(LEAST_SLICES, SLICES_PER_CORE * context.defaultParallelism()));
    Broadcast<Task<A, B>> sent = context.broadcast(task);
    try {
      return context.parallelize(parts, slices).map(new OfSpark<>(sent)).collect();
    } finally {
      sent.destroy();
    }
  }

  @Override
  public void close() {
    context.close();
  }
}
