package io.resketch.client.cli;

import io.resketch.core.recovery.DataParallel;
import io.resketch.core.recovery.EngineProvider;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** Where a recovery computes; options of the commands that do one. */
public final class EngineOptions {
  private static final String LOCAL = "local";

  @Option(
      names = "--engine",
      paramLabel = "local|spark",
      defaultValue = LOCAL,
      description = "In threads of this process, or on Apache Spark (default local).")
  private String engine;

  @Option(
      names = "--master",
      showDefaultValue = Visibility.NEVER,
      paramLabel = "URL",
      description =
          "Of Spark, such as spark://host:7077 or local[2]. Its other settings are Java system"
              + " properties: RESKETCH_JAVA_OPTS=-Dspark.executor.memory=4g")
  private Optional<String> master = Optional.empty();

  @Option(
      names = "--threads",
      showDefaultValue = Visibility.NEVER,
      paramLabel = "N",
      description = "Of the local engine (default: one for every processor).")
  private Optional<Integer> threads = Optional.empty();

  /** In the threads of this process. */
  private record Local(ExecutorService executor, DataParallel parallel)
      implements EngineProvider.Engine {
    @Override
    public <A, B> List<B> map(List<A> parts, Task<A, B> task) {
      return parallel.map(parts, task);
    }

    @Override
    public void close() {
      executor.shutdownNow();
    }
  }

  /**
   * Opens the engine.
   *
   * @param wrongUse makes the error of use that is thrown if options do not go together, or there
   *     is no such engine here
   */
  public EngineProvider.Engine open(Function<String, ParameterException> wrongUse) {
    if (engine.equals(LOCAL)) {
      if (master.isPresent()) {
        throw wrongUse.apply("--master: is of --engine spark; leave it out, or give that, too");
      }
      int count = threads.orElse(Runtime.getRuntime().availableProcessors());
      if (count < 1) {
        throw wrongUse.apply("--threads: " + count + " must be at least 1");
      }
      ExecutorService executor = Executors.newFixedThreadPool(count);
      return new Local(executor, DataParallel.threads(executor));
    }
    EngineProvider provider =
        ServiceLoader.load(EngineProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(found -> found.name().equals(engine))
            .findFirst()
            .orElseThrow(
                () ->
                    wrongUse.apply(
                        "--engine: \""
                            + engine
                            + "\" is not there; use local, or spark with the module"
                            + " recovery-spark on the class path, as the script resketch has it"));
    if (threads.isPresent()) {
      throw wrongUse.apply(
          "--threads: is of --engine local; Spark's cores are those of its master");
    }
    return provider.open(
        master.orElseThrow(
            () ->
                wrongUse.apply(
                    "--master: is missing; give that of Spark, such as spark://host:7077")));
  }
}
