package io.resketch.server;

import io.resketch.core.InvalidInputException;
import io.resketch.server.access.Role;
import io.resketch.server.access.TokenFile;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code resketch token}. */
@Command(
    name = "resketch token",
    description = {
      "Makes, lists and deletes the tokens that a server takes, in the file that resketch serve"
          + " --tokens names. The file has their SHA-256 only. A running server follows it.",
      "",
      "A reader calls what changes nothing, a writer that and what changes collections, corpora, jobs"
          + " and networks, a worker does recoveries, an admin calls everything."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:done", "1:could not, and says why", "2:wrong usage"},
    footer = {
      "",
      "Example:",
      "  resketch token create --tokens tokens --name gpu-1 --role worker",
      "  resketch token list --tokens tokens",
      "  resketch token delete --tokens tokens --name gpu-1"
    })
final class TokenCommand implements Runnable {
  @Spec private CommandSpec spec;

  private static final class FileOption {
    @Option(
        names = "--tokens",
        paramLabel = "FILE",
        required = true,
        description = "File of the tokens.")
    private Path path;

    TokenFile file() {
      return new TokenFile(path);
    }
  }

  private interface Work {
    void run() throws IOException;
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "say create, list or delete");
  }

  @Command(
      name = "create",
      description = "Makes a token, prints it once, and adds its SHA-256 to the file.",
      mixinStandardHelpOptions = true,
      sortOptions = false)
  int create(
      @CommandLine.Mixin FileOption tokens,
      @Option(
              names = "--name",
              required = true,
              description = "Of whom or what it is: 1 to 63 characters of [A-Za-z0-9._~-].")
          String name,
      @Option(
              names = "--role",
              required = true,
              paramLabel = "ROLE",
              description = "reader, writer, worker or admin.")
          Role role) {
    return say(() -> print(tokens.file().create(name, role)));
  }

  @Command(
      name = "list",
      description = "Lists names and roles.",
      mixinStandardHelpOptions = true,
      sortOptions = false)
  int list(@CommandLine.Mixin FileOption tokens) {
    return say(
        () ->
            tokens
                .file()
                .read()
                .forEach(entry -> print(entry.name() + "  " + entry.role().word())));
  }

  @Command(
      name = "delete",
      description = "Deletes a token; a running server refuses it within a second.",
      mixinStandardHelpOptions = true,
      sortOptions = false)
  int delete(
      @CommandLine.Mixin FileOption tokens,
      @Option(names = "--name", required = true, description = "Of the token.") String name) {
    return say(() -> tokens.file().delete(name));
  }

  private void print(String line) {
    spec.commandLine().getOut().println(line);
    spec.commandLine().getOut().flush();
  }

  private int say(Work work) {
    try {
      work.run();
      return CommandLine.ExitCode.OK;
    } catch (NoSuchFileException e) {
      return fail(e.getMessage() + ": no such file or folder");
    } catch (IOException | InvalidInputException e) {
      return fail(e.getMessage());
    }
  }

  private int fail(String message) {
    spec.commandLine().getErr().println("resketch token: " + message);
    return CommandLine.ExitCode.SOFTWARE;
  }
}
