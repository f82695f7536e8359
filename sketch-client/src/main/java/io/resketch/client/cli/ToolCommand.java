package io.resketch.client.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Stack;
import java.util.concurrent.Callable;
import java.util.spi.ToolProvider;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IParameterPreprocessor;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;

/**
 * A command that another module provides as a {@link ToolProvider}. It is handed the arguments as
 * they are, {@code --help} included.
 */
@Command
final class ToolCommand implements Callable<Integer>, IParameterPreprocessor {
  private final String tool;
  private final List<String> arguments = new ArrayList<>();
  private CommandSpec spec;

  private ToolCommand(String tool) {
    this.tool = tool;
  }

  static CommandLine of(String name, String tool, String description) {
    ToolCommand command = new ToolCommand(tool);
    command.spec = CommandSpec.forAnnotatedObject(command).name(name).preprocessor(command);
    command.spec.usageMessage().description(description);
    return new CommandLine(command.spec);
  }

  @Override
  @SuppressWarnings("JdkObsolete") // The type is picocli's.
  public boolean preprocess(
      Stack<String> args, CommandSpec commandSpec, ArgSpec argSpec, Map<String, Object> info) {
    arguments.clear();
    while (!args.isEmpty()) {
      arguments.add(args.pop());
    }
    return true;
  }

  @Override
  public Integer call() {
    CommandLine at = spec.commandLine();
    Optional<ToolProvider> found = ToolProvider.findFirst(tool);
    if (found.isEmpty()) {
      at.getErr()
          .println(
              "resketch: "
                  + spec.name()
                  + " is not part of this installation: no module on the class path provides "
                  + tool);
      return CommandLine.ExitCode.SOFTWARE;
    }
    return found.get().run(at.getOut(), at.getErr(), arguments.toArray(String[]::new));
  }
}
