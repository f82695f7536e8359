package io.resketch.benchmarks;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.spi.ToolProvider;

/** {@code resketch serve} as a process of its own, and a connection to it. */
public final class ServerProcess implements AutoCloseable {
  private static final int MAX_MESSAGE_BYTES = 64 << 20;
  private static final int STEP_MILLIS = 2000;
  private static final int QUIET_STEPS = 8;
  private static final Pattern READY =
      Pattern.compile(".*gRPC on 127\\.0\\.0\\.1:(\\d+), HTTP on 127\\.0\\.0\\.1:(\\d+),.*");
  private static final Pattern HEAP =
      Pattern.compile("(?m)^jvm_memory_used_bytes\\{area=\"heap\".*} (\\S+)$");
  private static final Pattern RESIDENT = Pattern.compile("(?m)^VmHWM:\\s+(\\d+) kB$");

  private final Process process;
  private final int httpPort;
  private final int port;
  private final ManagedChannel channel;

  /** The server itself. */
  public static void main(String[] args) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    System.exit(ToolProvider.findFirst("resketch-serve").orElseThrow().run(out, err, args));
  }

  private ServerProcess(Process process, int port, int httpPort) {
    this.process = process;
    this.httpPort = httpPort;
    this.port = port;
    this.channel = connect();
  }

  /** Starts a server and returns when it serves; it ends when it has no memory left. */
  public static ServerProcess start(Path directory, String heap) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx" + heap,
            "-XX:+ExitOnOutOfMemoryError",
            "--add-modules=jdk.incubator.vector",
            ServerProcess.class.getName(),
            "--data",
            directory.toString(),
            "--port",
            "0",
            "--http-port",
            "0");
    builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
    Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      Matcher ready = READY.matcher(line);
      if (ready.matches()) {
        Thread log = new Thread(() -> out.lines().forEach(System.err::println));
        log.setDaemon(true);
        log.start();
        return new ServerProcess(
            process, Integer.parseInt(ready.group(1)), Integer.parseInt(ready.group(2)));
      }
    }
    throw new IOException("the server did not start");
  }

  /** Host and port. */
  public String address() {
    return "127.0.0.1:" + port;
  }

  /** The connection that goes with the process. */
  public ManagedChannel channel() {
    return channel;
  }

  /** One more connection, which tells of every refusal; the caller shuts it down. */
  public ManagedChannel connect() {
    return NettyChannelBuilder.forAddress("127.0.0.1", port)
        .usePlaintext()
        .disableRetry()
        .maxInboundMessageSize(MAX_MESSAGE_BYTES)
        .build();
  }

  /** Bytes of heap in use. */
  public double heap() throws IOException, InterruptedException {
    HttpRequest metrics =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort + "/metrics")).build();
    String text =
        HttpClient.newHttpClient().send(metrics, HttpResponse.BodyHandlers.ofString()).body();
    return HEAP.matcher(text)
        .results()
        .mapToDouble(found -> Double.parseDouble(found.group(1)))
        .sum();
  }

  /** Largest resident size so far, in bytes; 0 where the system does not say. */
  public long resident() throws IOException {
    return resident(process);
  }

  /** That of any process. */
  public static long resident(Process process) throws IOException {
    Path status = Path.of("/proc/" + process.pid() + "/status");
    Matcher found = RESIDENT.matcher(Files.exists(status) ? Files.readString(status) : "");
    return found.find() ? Long.parseLong(found.group(1)) << 10 : 0;
  }

  /** Waits until the process has used little of a processor for a while. */
  public void awaitQuiet() throws InterruptedException {
    Duration before = cpu();
    for (int quiet = 0; quiet < QUIET_STEPS; ) {
      Thread.sleep(STEP_MILLIS);
      Duration now = cpu();
      boolean little = now.minus(before).toMillis() < STEP_MILLIS / 10;
      quiet = little ? quiet + 1 : 0;
      before = now;
    }
  }

  /** Of the processors, so far. */
  public Duration cpu() {
    return process.info().totalCpuDuration().orElseThrow();
  }

  /** SIGKILL. */
  public void kill() throws InterruptedException {
    channel.shutdownNow();
    process.destroyForcibly().waitFor();
  }

  /** SIGTERM, and waits for the end. */
  public void stop() throws InterruptedException {
    channel.shutdownNow();
    process.destroy();
    int code = process.waitFor();
    if (code != 0) {
      throw new IllegalStateException("the server ended with " + code);
    }
  }

  @Override
  public void close() {
    channel.shutdownNow();
    process.destroyForcibly();
  }

  /** Bytes of the files of a directory, without those of its directories. */
  public static long bytes(Path directory) throws IOException {
    long out = 0;
    try (var files = Files.list(directory)) {
      for (Path file : List.copyOf(files.toList())) {
        out += Files.isRegularFile(file) ? Files.size(file) : 0;
      }
    }
    return out;
  }
}
