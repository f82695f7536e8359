package io.resketch.recovery.spark;

import io.resketch.core.recovery.DataParallel;
import io.resketch.core.recovery.EngineProvider;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.factory.LinearSolverFactory_DDRM;

/** Opens engines on Spark. */
public final class SparkEngineProvider implements EngineProvider {
  /** A class of every jar that executors need besides Spark. */
  static final List<Class<?>> SENT =
      List.of(
          SparkEngine.class, DataParallel.class, DMatrixRMaj.class, LinearSolverFactory_DDRM.class);

  @Override
  public String name() {
    return "spark";
  }

  /**
   * Starts a Spark application; its settings are those of Spark's system properties.
   *
   * @param master as Spark takes it, such as {@code spark://host:7077} or {@code local[2]}
   */
  @Override
  public Engine open(String master) {
    return new SparkEngine(master, jars());
  }

  /** The jars of these classes; none where the classes do not come from jars. */
  private static List<Path> jars() {
    return SENT.stream().map(SparkEngineProvider::source).filter(Files::isRegularFile).toList();
  }

  private static Path source(Class<?> type) {
    try {
      return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e); // a class path is of valid locations
    }
  }
}
