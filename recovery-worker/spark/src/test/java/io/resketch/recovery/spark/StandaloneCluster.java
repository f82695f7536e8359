package io.resketch.recovery.spark;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A master of Spark and workers of one core each, as processes on loopback, from jars alone. */
final class StandaloneCluster implements AutoCloseable {
  private static final String HOST = "127.0.0.1";

  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  private final Path home;
  private final int port;
  private final List<Process> processes = new ArrayList<>();

  StandaloneCluster(Path home, int workers) throws IOException {
    this.home = home;
    Path jars = Files.createDirectories(home.resolve("jars"));
    for (String entry : classPath()) {
      Path jar = Path.of(entry);
      Files.createSymbolicLink(jars.resolve(jar.getFileName()), jar);
    }
    try (ServerSocket free = new ServerSocket(0, 1, LOOPBACK)) {
      port = free.getLocalPort();
    }
    start("org.apache.spark.deploy.master.Master", "--host", HOST, "--port", "" + port);
    await().atMost(Duration.ofSeconds(60)).until(this::masterListens);
    for (int i = 0; i < workers; i++) {
      start(
          "org.apache.spark.deploy.worker.Worker",
          "--host",
          HOST,
          "--cores",
          "1",
          "--memory",
          "1g",
          "--work-dir",
          home.resolve("work-" + i).toString(),
          master());
    }
  }

  /** Jars that are not of this project: what an installation of Spark has. */
  private static List<String> classPath() {
    return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
        .filter(entry -> entry.endsWith(".jar"))
        .filter(
            entry -> Stream.of("sketch-core", "recovery-spark", "ejml").noneMatch(entry::contains))
        .toList();
  }

  private void start(String main, String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-Xmx256m", "-cp", home.resolve("jars") + "/*", main));
    command.addAll(List.of(arguments));
    command.addAll(main.endsWith("Master") ? List.of("--webui-port", "0") : List.of());
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("SPARK_HOME", home.toString());
    builder.environment().put("SPARK_SCALA_VERSION", "2.13");
    builder.environment().put("SPARK_LOCAL_IP", HOST);
    builder.environment().put("SPARK_WORKER_WEBUI_PORT", "0");
    builder.redirectErrorStream(true);
    builder.redirectOutput(home.resolve("process-" + processes.size() + ".log").toFile());
    processes.add(builder.start());
  }

  private boolean masterListens() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(LOOPBACK, port), 500);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  String master() {
    return "spark://" + HOST + ":" + port;
  }

  /** Kills a worker with its executors, by SIGKILL. */
  void killWorker(int worker) {
    ProcessHandle process = processes.get(1 + worker).toHandle();
    List<ProcessHandle> executors = process.descendants().toList();
    process.destroyForcibly();
    executors.forEach(ProcessHandle::destroyForcibly);
  }

  /** Executors of a worker. */
  long executors(int worker) {
    return processes.get(1 + worker).toHandle().descendants().count();
  }

  @Override
  public void close() {
    for (int i = processes.size() - 1; i >= 0; i--) {
      ProcessHandle process = processes.get(i).toHandle();
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }
}
