package io.resketch.client.cli;

import io.resketch.client.files.InputFileException;
import io.resketch.client.files.JsonLinesReader;
import io.resketch.core.InvalidInputException;
import io.resketch.core.stats.ModuleProfile;
import io.resketch.v1.Skeleton;
import io.resketch.wire.Graphs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which modules there are, where no skeleton of the run says it. */
final class ModuleOptions {
  @Option(
      names = "--modules",
      paramLabel = "NAME[:ATTRIBUTES]",
      split = ",",
      showDefaultValue = Visibility.NEVER,
      description = {
        "Modules to look for, with the number of their attributes where no other option says it."
            + " Default: all that the skeletons name."
      })
  private List<String> modules = List.of();

  @Option(
      names = "--profiles",
      paramLabel = "FILE.jsonl",
      description = {
        "Skeletons of any runs of the same network: they say which modules there are, where they"
            + " occur and how many attributes they have."
      })
  private Optional<Path> profiles;

  /**
   * Modules that a sketch may hold.
   *
   * @param known all of them
   * @param asked names of those that the answer is about
   */
  record Modules(List<ModuleProfile> known, List<String> asked) {}

  boolean given() {
    return !modules.isEmpty() || profiles.isPresent();
  }

  /** Names as given, for a server, which knows the rest. */
  List<String> names(ClientCommand command) {
    if (profiles.isPresent()) {
      throw command.wrongUse("--profiles goes with files of sketches; a server knows its modules");
    }
    return modules.stream().map(text -> parse(command, text).name()).toList();
  }

  /**
   * What is known of the modules together with the skeletons of the runs themselves.
   *
   * @param skeletons of the runs, if there are any
   */
  Modules modules(ClientCommand command, List<Path> skeletons) throws IOException {
    Map<String, ModuleProfile> known = new LinkedHashMap<>();
    List<String> asked = new ArrayList<>();
    for (String text : modules) {
      ModuleProfile module = parse(command, text);
      if (known.put(module.name(), module) != null) {
        throw command.wrongUse("--modules names " + module.name() + " twice; name each once");
      }
      asked.add(module.name());
    }
    List<Path> files = new ArrayList<>(skeletons);
    profiles.ifPresent(files::add);
    Map<String, ModuleProfile> seen = new LinkedHashMap<>();
    for (Path file : files) {
      read(file, seen);
    }
    seen.forEach((name, profile) -> known.put(name, checked(command, known.get(name), profile)));
    if (known.isEmpty()) {
      throw command.wrongUse("say which modules to look for: --modules or --profiles");
    }
    return new Modules(
        List.copyOf(known.values()), asked.isEmpty() ? List.copyOf(known.keySet()) : asked);
  }

  /** What skeletons say of a module counts more than that it was named as if it were a leaf. */
  private static ModuleProfile checked(
      ClientCommand command, ModuleProfile named, ModuleProfile seen) {
    if (named != null && named.dimension() != 0 && named.dimension() != seen.dimension()) {
      throw command.wrongUse(
          "--modules "
              + named.name()
              + ":"
              + named.dimension()
              + ", but its objects in the skeletons have "
              + seen.dimension()
              + " attributes; leave the number out");
    }
    return seen;
  }

  private static void read(Path file, Map<String, ModuleProfile> seen) throws IOException {
    try (JsonLinesReader<Skeleton> lines = JsonLinesReader.skeletons(file)) {
      for (Optional<Skeleton> next = lines.next(); next.isPresent(); next = lines.next()) {
        Skeleton message = next.get();
        lines.check(
            () -> {
              for (ModuleProfile profile : ModuleProfile.of(Graphs.skeleton(message))) {
                seen.merge(profile.name(), profile, ModuleProfile::merge);
              }
              return true;
            });
      }
    }
    if (seen.isEmpty()) {
      throw new InputFileException(file, "holds no skeleton");
    }
  }

  /** A module named with its attributes is a root without inputs. */
  private static ModuleProfile parse(ClientCommand command, String text) {
    if (text.isBlank()) {
      throw command.wrongUse("--modules names a module without a name; leave the comma out");
    }
    int colon = text.lastIndexOf(':');
    if (colon < 0) {
      return ModuleProfile.unseen(text);
    }
    try {
      int attributes = Numbers.integer(text.substring(colon + 1));
      if (attributes < 0 || colon == 0) {
        throw new InvalidInputException("modules", text);
      }
      return new ModuleProfile(text.substring(0, colon), attributes, true, false, false);
    } catch (TypeConversionException | InvalidInputException e) {
      throw command.wrongUse(
          "--modules: '" + text + "' is not a name, or a name, a colon and a number of attributes");
    }
  }
}
