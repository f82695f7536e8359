package io.resketch.benchmarks.recovery;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A standalone master of Spark and workers of one core each, as processes on loopback. */
final class SparkCluster implements AutoCloseable {
  private static final String HOST = "127.0.0.1";
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
  private static final int PATIENCE_SECONDS = 120;
  private static final int STEP_MILLIS = 200;

  private final Path home;
  private final int port;
  private final List<Process> workers = new ArrayList<>();
  private final Process master;

  /**
   * Starts a cluster.
   *
   * @param jars folder of Spark and what it needs; what is of Resketch in it is left out
   * @param home an empty folder
   */
  SparkCluster(Path jars, Path home, int workers) throws IOException, InterruptedException {
    this.home = home;
    Path own = Files.createDirectories(home.resolve("jars"));
    try (Stream<Path> all = Files.list(jars)) {
      for (Path jar : all.toList()) {
        String name = jar.getFileName().toString();
        if (!name.startsWith("sketch-core") && !name.startsWith("ejml")) {
          Files.createSymbolicLink(own.resolve(name), jar.toAbsolutePath());
        }
      }
    }
    try (ServerSocket free = new ServerSocket(0, 1, LOOPBACK)) {
      port = free.getLocalPort();
    }
    master = start("master.Master", "--host", HOST, "--port", "" + port, "--webui-port", "0");
    await(this::listens);
    for (int i = 0; i < workers; i++) {
      this.workers.add(
          start(
              "worker.Worker",
              "--host",
              HOST,
              "--cores",
              "1",
              "--memory",
              "2g",
              "--work-dir",
              home.resolve("work-" + i).toString(),
              url()));
    }
  }

  private Process start(String main, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-cp", home.resolve("jars") + "/*"));
    command.add("org.apache.spark.deploy." + main);
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().remove("CLASSPATH");
    builder.environment().put("SPARK_HOME", home.toString());
    builder.environment().put("SPARK_SCALA_VERSION", "2.13");
    builder.environment().put("SPARK_LOCAL_IP", HOST);
    builder.environment().put("SPARK_WORKER_WEBUI_PORT", "0");
    builder.redirectErrorStream(true);
    return builder.redirectOutput(home.resolve(main + workers.size() + ".log").toFile()).start();
  }

  private boolean listens() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(LOOPBACK, port), 500);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private interface Condition {
    boolean holds();
  }

  private static void await(Condition condition) throws InterruptedException {
    for (int i = 0; !condition.holds(); i++) {
      if (i == PATIENCE_SECONDS * 1000 / STEP_MILLIS) {
        throw new IllegalStateException("Spark is not there in " + PATIENCE_SECONDS + " s");
      }
      Thread.sleep(STEP_MILLIS);
    }
  }

  String url() {
    return "spark://" + HOST + ":" + port;
  }

  /** Returns when every worker has an executor. */
  void awaitExecutors() throws InterruptedException {
    await(() -> workers.stream().allMatch(worker -> worker.descendants().count() > 0));
  }

  @Override
  public void close() {
    for (Process worker : workers) {
      List<ProcessHandle> executors = worker.descendants().toList();
      worker.destroyForcibly();
      executors.forEach(ProcessHandle::destroyForcibly);
    }
    master.destroyForcibly();
  }
}
