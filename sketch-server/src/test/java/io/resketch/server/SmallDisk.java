package io.resketch.server;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file system of a given size, in memory, in a namespace of its own; it needs no rights. It is
 * seen from outside by way of the process that holds it, and ends with it.
 */
final class SmallDisk implements AutoCloseable {
  private static final String FILLER = "filler";

  private final Process holder;
  private final Path path;

  private SmallDisk(Process holder, Path path) {
    this.holder = holder;
    this.path = path;
  }

  /**
   * Mounts a file system over a directory. Where the system does not allow that, the test is left
   * out, unless {@code resketch.smallDisk} is {@code required}, as in CI.
   */
  static SmallDisk mount(Path directory, int megabytes) throws IOException {
    String script =
        "mount -t tmpfs -o size=" + megabytes + "m tmpfs \"$0\" && echo mounted && read";
    Process holder =
        new ProcessBuilder("unshare", "-rm", "bash", "-c", script, directory.toString())
            .redirectErrorStream(true)
            .start();
    BufferedReader out =
        new BufferedReader(new InputStreamReader(holder.getInputStream(), StandardCharsets.UTF_8));
    String line = out.readLine();
    if (!"mounted".equals(line)) {
      holder.destroyForcibly();
      boolean required = "required".equals(System.getProperty("resketch.smallDisk"));
      if (required) {
        throw new IOException("no small disk: " + line);
      }
      assumeTrue(false, "needs a file system in a user namespace: " + line);
    }
    Path root = Path.of("/proc", Long.toString(holder.pid()), "root");
    return new SmallDisk(holder, root.resolve(directory.toString().substring(1)));
  }

  Path path() {
    return path;
  }

  /** Fills a part of it. */
  void fill(int megabytes) throws IOException {
    Files.write(path.resolve(FILLER), new byte[megabytes << 20]);
  }

  /** Frees that again. */
  void free() throws IOException {
    Files.delete(path.resolve(FILLER));
  }

  @Override
  public void close() {
    holder.destroyForcibly();
  }
}
