package io.resketch.recovery.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.resketch.core.recovery.DataParallel;
import io.resketch.core.recovery.PairSample;
import io.resketch.core.recovery.RecoveredNetwork;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a real standalone master with two workers. */
final class SparkClusterTest {
  @TempDir Path directory;

  /** Classes of this project as executors get them, wherever they come from here. */
  private List<Path> jars() throws Exception {
    List<Path> out = new ArrayList<>();
    List<Class<?>> sent = new ArrayList<>(SparkEngineProvider.SENT);
    sent.add(SparkClusterTest.class);
    for (Class<?> type : sent) {
      Path source = Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
      out.add(Files.isDirectory(source) ? jar(source, out.size()) : source);
    }
    return out;
  }

  private Path jar(Path classes, int number) throws IOException {
    Path out = directory.resolve("classes-" + number + ".jar");
    try (OutputStream file = Files.newOutputStream(out);
        JarOutputStream jar = new JarOutputStream(file);
        Stream<Path> files = Files.walk(classes)) {
      for (Path path : files.filter(Files::isRegularFile).toList()) {
        jar.putNextEntry(new JarEntry(classes.relativize(path).toString()));
        Files.copy(path, jar);
      }
    }
    return out;
  }

  @Test
  void workerKilledInMidJob_theNetworkIsTheSame() throws Exception {
    PairSample pairs = Pairs.sample();
    RecoveredNetwork expected =
        Pairs.recover(pairs, DataParallel.serial(), (stage, done, all) -> {});
    System.setProperty("spark.driver.host", "127.0.0.1");
    System.setProperty("spark.executor.memory", "512m");
    try (StandaloneCluster cluster = new StandaloneCluster(directory.resolve("spark"), 2);
        SparkEngine engine = new SparkEngine(cluster.master(), jars())) {
      await()
          .atMost(Duration.ofSeconds(90))
          .until(() -> cluster.executors(0) > 0 && cluster.executors(1) > 0);
      List<Integer> numbers = IntStream.range(0, 20).boxed().toList();
      assertThat(engine.map(numbers, number -> -number)).contains(0, -19).hasSize(20);
      AtomicBoolean killed = new AtomicBoolean();
      RecoveredNetwork found =
          Pairs.recover(
              pairs,
              engine,
              (stage, done, all) -> {
                if (stage.startsWith("columns") && killed.compareAndSet(false, true)) {
                  cluster.killWorker(0);
                }
              });
      assertThat(killed).isTrue();
      Pairs.assertSame(found, expected);
    } finally {
      System.clearProperty("spark.driver.host");
      System.clearProperty("spark.executor.memory");
    }
  }
}
