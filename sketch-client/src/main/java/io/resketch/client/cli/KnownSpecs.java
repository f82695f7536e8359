package io.resketch.client.cli;

import io.resketch.client.files.SpecFile;
import io.resketch.core.spec.Fingerprint;
import io.resketch.core.spec.SketchSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The user's folder of specs, in which the spec of a fingerprint is looked up: files in JSON as
 * {@link SpecFile} has them.
 */
final class KnownSpecs {
  private KnownSpecs() {}

  /** Where it is: RESKETCH_SPECS, or resketch/specs in the folder of the user's configuration. */
  static Optional<Path> folder(Map<String, String> environment) {
    if (!environment.getOrDefault("RESKETCH_SPECS", "").isEmpty()) {
      return Optional.of(Path.of(environment.get("RESKETCH_SPECS")));
    }
    if (!environment.getOrDefault("XDG_CONFIG_HOME", "").isEmpty()) {
      return Optional.of(Path.of(environment.get("XDG_CONFIG_HOME"), "resketch", "specs"));
    }
    return Optional.ofNullable(environment.get("HOME"))
        .map(home -> Path.of(home, ".config", "resketch", "specs"));
  }

  /**
   * The spec of a fingerprint, if a file of the folder tells it.
   *
   * @throws io.resketch.client.files.InputFileException if a file of the folder is none of a spec
   */
  static Optional<SketchSpec> find(Optional<Path> folder, Fingerprint fingerprint)
      throws IOException {
    if (folder.isEmpty() || !Files.isDirectory(folder.get())) {
      return Optional.empty();
    }
    List<Path> files;
    try (Stream<Path> all = Files.list(folder.get())) {
      files = all.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    }
    for (Path file : files) {
      SpecFile known = SpecFile.read(file);
      if (known.fingerprint().equals(fingerprint) && known.spec().isPresent()) {
        return known.spec();
      }
    }
    return Optional.empty();
  }
}
