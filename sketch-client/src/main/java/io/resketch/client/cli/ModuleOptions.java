package io.resketch.client.cli;

import io.resketch.client.files.InputFileException;
import io.resketch.client.files.JsonLinesReader;
import io.resketch.core.InvalidInputException;
import io.resketch.core.stats.ModuleNames;
import io.resketch.core.stats.ModuleProfile;
import io.resketch.v1.Skeleton;
import io.resketch.wire.Graphs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Which modules there are, where no skeleton of the run says it. */
final class ModuleOptions {
  private static final Pattern STATED =
      Pattern.compile(
          "(?<name>.+?):(?<attributes>\\d+)(:(?<place>leaf|inner|root)(:(?<own>0\\.\\d+))?)?");

  @Option(
      names = "--modules",
      paramLabel = "NAME[:ATTRIBUTES[:PLACE[:OWN]]]",
      split = ",",
      showDefaultValue = Visibility.NEVER,
      description = {
        "Modules to look for, with the number of their attributes where no other option says it,"
            + " and where all objects of them are: leaf, roots without inputs; inner, roots with"
            + " inputs; root, roots of either kind; OWN is the own weight of those with inputs, 0.5"
            + " if it is not said. Without a place they are sought everywhere, which"
            + " widens the intervals of counts. Default: all that the skeletons name."
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
    if (!files.isEmpty()) {
      requireKnown(command, asked, seen.keySet());
    }
    seen.forEach((name, profile) -> known.put(name, checked(command, known.get(name), profile)));
    if (known.isEmpty()) {
      throw command.wrongUse("say which modules to look for: --modules or --profiles");
    }
    return new Modules(
        List.copyOf(known.values()), asked.isEmpty() ? List.copyOf(known.keySet()) : asked);
  }

  private static void requireKnown(
      ClientCommand command, List<String> asked, Collection<String> seen) {
    try {
      ModuleNames.requireKnown(asked, seen, "the skeletons");
    } catch (InvalidInputException e) {
      throw command.wrongUse("--" + e.getMessage());
    }
  }

  /** What skeletons say of a module counts more than what was said of it by hand. */
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

  /** A module named without its place may be anywhere. */
  private static ModuleProfile parse(ClientCommand command, String text) {
    if (text.isBlank()) {
      throw command.wrongUse("--modules names a module without a name; leave the comma out");
    }
    Matcher parts = STATED.matcher(text);
    if (!parts.matches()) {
      if (text.indexOf(':') >= 0) {
        throw command.wrongUse(
            "--modules: '"
                + text
                + "' is not a name, or a name, a colon and a number of attributes, or these, a colon"
                + " and leaf, inner or root, and for the last two a colon and an own weight");
      }
      return ModuleProfile.unseen(text);
    }
    int attributes;
    try {
      attributes = Numbers.integer(parts.group("attributes"));
    } catch (TypeConversionException e) {
      throw command.wrongUse("--modules: '" + text + "' has more attributes than there can be");
    }
    String place = parts.group("place");
    boolean leaf = "leaf".equals(place) || "root".equals(place);
    boolean inner = "inner".equals(place) || "root".equals(place);
    float own = parts.group("own") == null ? 0 : Float.parseFloat(parts.group("own"));
    if (parts.group("own") != null && (!inner || own == 0)) {
      throw command.wrongUse(
          "--modules: '"
              + text
              + "': an own weight is above 0 and below 1, of objects with inputs; say inner or root");
    }
    return new ModuleProfile(parts.group("name"), attributes, leaf, inner, false, 0, 0, own, false);
  }
}
