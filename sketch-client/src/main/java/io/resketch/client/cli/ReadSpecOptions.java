package io.resketch.client.cli;

import io.resketch.client.files.InputFileException;
import io.resketch.client.files.SketchReader;
import io.resketch.client.files.SketchSource;
import io.resketch.client.files.SpecFile;
import io.resketch.core.spec.Family;
import io.resketch.core.spec.Fingerprint;
import io.resketch.core.spec.SketchSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import picocli.CommandLine.Option;

/**
 * The spec of sketches that are read. Files say it themselves, by the file beside them or by their
 * fingerprint; options are for those that do not, and must not contradict those that do.
 */
final class ReadSpecOptions {
  /** Of a matrix whose rows are as long as sketches are by default. */
  private static final int DEFAULT_DIMENSION = 4096;

  private static final int DEFAULT_BLOCKS = 16;

  @Option(
      names = "--spec",
      paramLabel = "FILE.spec.json",
      description = {
        "The spec of the sketches, as sketch writes it beside a matrix. Default: what the sketches"
            + " say, the file beside them, or one in the folder RESKETCH_SPECS"
            + " (~/.config/resketch/specs)."
      })
  private Optional<Path> specFile;

  @Option(
      names = "--family",
      paramLabel = "block-sparse|hadamard|dense",
      converter = SpecOptions.FamilyNameConverter.class,
      description = "What the operators are drawn from, for sketches that do not say it.")
  private Optional<SpecOptions.FamilyName> family;

  @Option(
      names = "--dimension",
      paramLabel = "FLOATS",
      description = "Length of a full sketch, for sketches that do not say it.")
  private Optional<Integer> dimension;

  @Option(
      names = "--blocks-per-column",
      paramLabel = "N",
      description = "Non-zero blocks of a column of block-sparse. Default: 16.")
  private Optional<Integer> blocksPerColumn;

  @Option(
      names = "--seed",
      paramLabel = "N",
      converter = SpecOptions.Unsigned.class,
      description = "The seed of the sketches; needed where nothing else says the spec.")
  private Optional<Long> seed;

  @Option(
      names = "--transparency",
      paramLabel = "SHARE",
      description = "Of the tuple operators, for sketches that do not say it. Default: 0.5.")
  private Optional<Double> transparency;

  private final Set<Path> noted = new HashSet<>();

  /**
   * A spec, and whether the sketches themselves are known to be of it.
   *
   * @param certain false if only options say it
   */
  record Found(SketchSpec spec, boolean certain) {}

  /** The spec of a file, or an error that says how to name it. */
  SketchSpec spec(ClientCommand command, Path file) throws IOException {
    return found(command, file).spec();
  }

  /** As {@link #spec}, with how sure it is. */
  Found found(ClientCommand command, Path file) throws IOException {
    SketchSource source = SketchSource.of(file);
    return new Found(
        find(command, file, source).orElseThrow(() -> unknown(command, file, source)),
        source.fingerprint().isPresent());
  }

  /** Whether two files are of one spec is for the caller to check. */
  SketchReader open(ClientCommand command, Path file) throws IOException {
    SketchSource source = SketchSource.of(file);
    Optional<SketchSpec> spec = find(command, file, source);
    if (spec.isEmpty() && source.fingerprint().isEmpty()) {
      throw unknown(command, file, source);
    }
    return spec.isPresent()
        ? SketchReader.open(file, spec.get())
        : SketchReader.openDescribed(file);
  }

  /** The spec of a file if it is known, for files that are made of it. */
  Optional<SketchSpec> known(ClientCommand command, Path file) throws IOException {
    return find(command, file, SketchSource.of(file));
  }

  private Optional<SketchSpec> find(ClientCommand command, Path file, SketchSource source)
      throws IOException {
    if (!source.lengthRecorded() && noted.add(file)) {
      command.note(
          file + ": length not recorded; whether sketches are missing at its end cannot be told");
    }
    Optional<SketchSpec> known = source.spec();
    Path told = source.told();
    if (specFile.isPresent()) {
      known = Optional.of(named(source, file));
      told = specFile.get();
    } else if (known.isEmpty() && source.fingerprint().isPresent()) {
      known = KnownSpecs.find(KnownSpecs.folder(System.getenv()), source.fingerprint().get());
    }
    if (known.isPresent()) {
      requireAgreement(command, known.get(), told);
      return known;
    }
    if (seed.isEmpty()) {
      return Optional.empty();
    }
    SketchSpec given = given(command, file, source);
    Fingerprint own = source.fingerprint().orElse(given.fingerprint());
    if (!own.equals(given.fingerprint())) {
      throw command.wrongUse(
          file
              + " is of fingerprint "
              + own
              + ", but the options make "
              + given.fingerprint()
              + "; give the --seed, --dimension, --blocks-per-column, --family and --transparency"
              + " that it was sketched with");
    }
    return Optional.of(given);
  }

  private SketchSpec named(SketchSource source, Path file) throws IOException {
    SpecFile named = SpecFile.read(specFile.get());
    if (source.fingerprint().isPresent()
        && !source.fingerprint().get().equals(named.fingerprint())) {
      throw new InputFileException(
          specFile.get(),
          "is of fingerprint "
              + named.fingerprint()
              + ", but "
              + file
              + " of "
              + source.fingerprint().get()
              + "; name the spec that it was sketched with, or leave --spec out");
    }
    return named
        .spec()
        .orElseThrow(() -> new InputFileException(specFile.get(), "has no spec in it"));
  }

  private SketchSpec given(ClientCommand command, Path file, SketchSource source) {
    int floats =
        dimension.orElseGet(
            () -> {
              if (source.dimension() > 0) {
                return source.dimension();
              }
              if (source.columns() == DEFAULT_DIMENSION) {
                return DEFAULT_DIMENSION;
              }
              throw command.wrongUse(
                  file
                      + " has rows of "
                      + source.columns()
                      + " floats; give --dimension, the length of whole sketches: "
                      + source.columns()
                      + " if these are");
            });
    return SpecOptions.spec(
        command,
        floats,
        family.orElse(SpecOptions.FamilyName.BLOCK_SPARSE),
        blocksPerColumn,
        seed.orElseThrow(),
        transparency.orElse(SketchSpec.DEFAULT_TRANSPARENCY));
  }

  /** Options that were given are refused where they say something else. */
  private void requireAgreement(ClientCommand command, SketchSpec spec, Path told) {
    int blocks =
        spec.family() instanceof Family.BlockSparse blockSparse
            ? blockSparse.blocksPerColumn()
            : DEFAULT_BLOCKS;
    String label = spec.family().label();
    requireSame(command, "--seed", seed.map(Long::toUnsignedString), unsigned(spec), told);
    requireSame(
        command, "--dimension", dimension.map(String::valueOf), "" + spec.dimension(), told);
    requireSame(
        command, "--blocks-per-column", blocksPerColumn.map(String::valueOf), "" + blocks, told);
    requireSame(command, "--family", family.map(Enum::name), label, told);
    requireSame(
        command,
        "--transparency",
        transparency.map(String::valueOf),
        String.valueOf(spec.transparency()),
        told);
  }

  private static String unsigned(SketchSpec spec) {
    return Long.toUnsignedString(spec.seed());
  }

  private static void requireSame(
      ClientCommand command, String option, Optional<String> given, String known, Path told) {
    if (given.isPresent() && !given.get().equals(known)) {
      throw command.wrongUse(
          option
              + "="
              + given.get()
              + " contradicts "
              + told
              + ", which says "
              + known
              + "; leave the option out");
    }
  }

  private static RuntimeException unknown(ClientCommand command, Path file, SketchSource source) {
    return command.wrongUse(
        file
            + " does not say what its sketches are of"
            + source.fingerprint().map(f -> " but the fingerprint " + f).orElse("")
            + "; "
            + SpecFile.REMEDY);
  }
}
