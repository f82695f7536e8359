package io.resketch.server;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code resketch serve} as a process of its own. */
final class ServeProcess implements AutoCloseable {
  private static final Pattern READY =
      Pattern.compile(
          "resketch serving gRPC on 127\\.0\\.0\\.1:(\\d+), HTTP on(?: [^ ]*:(\\d+),)?.*");

  private final Process process;
  private final int port;
  private final int httpPort;

  /** Starts as the resketch command does, by the tool on the class path. */
  public static void main(String[] args) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    System.exit(new ServeTool().run(out, err, args));
  }

  private ServeProcess(Process process, int port, int httpPort) {
    this.process = process;
    this.port = port;
    this.httpPort = httpPort;
  }

  /** Starts a server and returns when it serves. */
  static ServeProcess start(Path directory) throws IOException {
    return start(directory, List.of());
  }

  /** As above, with words before the command. */
  static ServeProcess start(Path directory, List<String> before) throws IOException {
    return start(
        before,
        ServeProcess.class,
        List.of("--data", directory.toString(), "--port", "0", "--http-port", "0"));
  }

  /** A server that makes backups. */
  static ServeProcess startWithBackups(Path directory, Path backups) throws IOException {
    return start(
        List.of(),
        ServeProcess.class,
        List.of(
            "--data",
            directory.toString(),
            "--backup-dir",
            backups.toString(),
            "--port",
            "0",
            "--http-port",
            "0"));
  }

  /** A server that indexes collections from {@code indexThreshold} sketches on. */
  static ServeProcess start(Path directory, int indexThreshold) throws IOException {
    return start(
        List.of(), Indexing.class, List.of(directory.toString(), Integer.toString(indexThreshold)));
  }

  /** The command has no option for the threshold. */
  static final class Indexing {
    public static void main(String[] args) throws IOException {
      ResketchServer server =
          ResketchServer.start(
              new ServerConfig(Path.of(args[0]), "127.0.0.1", 0, 0), Integer.parseInt(args[1]));
      System.out.printf("resketch serving gRPC on 127.0.0.1:%d, HTTP on%n", server.port());
    }
  }

  private static ServeProcess start(List<String> before, Class<?> main, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>(before);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-Xmx512m"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(main.getName());
    command.addAll(arguments);
    Process process =
        new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      Matcher ready = READY.matcher(line);
      if (ready.matches()) {
        Thread log = new Thread(() -> out.lines().forEach(unused -> {})); // lest it fill the pipe
        log.setDaemon(true);
        log.start();
        String http = ready.group(2);
        return new ServeProcess(
            process, Integer.parseInt(ready.group(1)), http == null ? 0 : Integer.parseInt(http));
      }
    }
    process.destroyForcibly();
    throw new IOException("the server did not start");
  }

  int port() {
    return port;
  }

  /** Of a server started by the command. */
  int httpPort() {
    return httpPort;
  }

  /** SIGKILL. */
  void kill() {
    process.destroyForcibly();
    waitFor();
  }

  /** SIGTERM; returns the exit code. */
  int terminate() {
    process.destroy();
    return waitFor();
  }

  private int waitFor() {
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new UncheckedIOException(new IOException("the server did not end"));
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
