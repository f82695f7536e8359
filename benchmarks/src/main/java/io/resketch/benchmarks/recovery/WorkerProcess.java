package io.resketch.benchmarks.recovery;

import io.resketch.benchmarks.ServerProcess;
import io.resketch.client.cli.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** {@code resketch worker} as a process of its own. */
final class WorkerProcess implements AutoCloseable {
  private static final Pattern COLLECTED = Pattern.compile("->(\\d+)M\\(");

  private final Process process;
  private final Path collections;

  /** Starts a worker; it ends when it has no memory left. */
  WorkerProcess(String server, String heap, Path directory) throws IOException {
    this.collections = directory.resolve("worker-gc.log");
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx" + heap,
            "-Xlog:gc:file=" + collections + "::filecount=0",
            "-XX:+ExitOnOutOfMemoryError",
            "--add-modules=jdk.incubator.vector",
            Main.class.getName(),
            "worker",
            "--server",
            server);
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    builder.redirectOutput(ProcessBuilder.Redirect.DISCARD);
    this.process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  /** Largest resident size so far, in bytes; 0 where the system does not say. */
  long resident() throws IOException {
    return ServerProcess.resident(process);
  }

  /** Most of the heap that was in use after a collection, in bytes. */
  long heap() throws IOException {
    return COLLECTED
        .matcher(Files.readString(collections))
        .results()
        .mapToLong(found -> Long.parseLong(found.group(1)) << 20)
        .max()
        .orElse(0);
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
