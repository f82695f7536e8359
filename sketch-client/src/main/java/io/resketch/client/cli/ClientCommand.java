package io.resketch.client.cli;

import io.resketch.client.ResketchException;
import io.resketch.client.files.InputFileException;
import io.resketch.core.InvalidInputException;
import io.resketch.core.MismatchException;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.Callable;
import java.util.logging.Level;
import java.util.logging.Logger;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * What all commands share: their common options, and that an error is one line on the error output
 * and an exit code.
 */
@Command(
    sortOptions = false,
    showDefaultValues = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:done", "1:the work failed: bad data, or the server said no", "2:wrong use"},
    footerHeading = "%nExample:%n")
abstract class ClientCommand implements Callable<Integer> {
  /** Says at length what the exception of the call says in a line; held, or it would be lost. */
  private static final Logger GRPC_LOG = Logger.getLogger("io.grpc");

  private static final String LOGBACK_FILE = "logback.configurationFile";

  @Spec private CommandSpec spec;

  @Option(
      names = "--json",
      showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
      description = "Answer in JSON on the standard output.")
  private boolean json;

  @Option(
      names = {"-v", "--verbose"},
      showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
      description = "Show where in the program an error arose.")
  private boolean verbose;

  @SuppressWarnings("unused") // Read by picocli.
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help.")
  private boolean help;

  /**
   * Does the work.
   *
   * @return the exit code
   */
  abstract int run() throws Exception;

  @Override
  public final Integer call() {
    if (System.getProperty(LOGBACK_FILE) == null) {
      System.setProperty(LOGBACK_FILE, "io/resketch/client/cli/logback-cli.xml");
    }
    if (!verbose) {
      GRPC_LOG.setLevel(Level.OFF);
    }
    try {
      return run();
    } catch (ParameterException e) {
      throw e;
    } catch (InputFileException
        | ResketchException
        | InvalidInputException
        | MismatchException
        | IOException e) {
      return fail(message(e), e);
    } catch (Exception e) {
      return fail("internal error: " + e + " (--verbose shows where)", e);
    }
  }

  private int fail(String message, Exception e) {
    PrintWriter err = spec.commandLine().getErr();
    err.println("resketch: " + message.replace('\n', ' '));
    if (verbose) {
      e.printStackTrace(err);
    }
    return ExitCode.SOFTWARE;
  }

  private static String message(Exception e) {
    if (e instanceof NoSuchFileException) {
      return e.getMessage() + ": no such file";
    }
    if (e instanceof AccessDeniedException) {
      return e.getMessage() + ": permission denied";
    }
    return e.getMessage();
  }

  final boolean json() {
    return json;
  }

  /** Prints a line of the answer. */
  final void print(String line) {
    spec.commandLine().getOut().println(line);
  }

  /** Prints a line for people only, beside the answer. */
  final void note(String line) {
    spec.commandLine().getErr().println(line);
  }

  /** An error of use, to be thrown. */
  final ParameterException wrongUse(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
