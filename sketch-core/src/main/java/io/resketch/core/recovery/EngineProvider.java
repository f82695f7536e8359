package io.resketch.core.recovery;

/** Opens engines of one kind, such as those on Spark; found by {@link java.util.ServiceLoader}. */
public interface EngineProvider {
  /** An engine that was opened. */
  interface Engine extends DataParallel, AutoCloseable {
    @Override
    void close();
  }

  /** Of the kind. */
  String name();

  /**
   * Opens an engine.
   *
   * @param master where it runs, in its own terms, such as {@code spark://host:7077}
   * @throws RuntimeException if it cannot be reached
   */
  Engine open(String master);
}
