package io.resketch.client.cli;

import com.google.gson.JsonObject;
import io.resketch.client.files.InputFileException;
import io.resketch.client.files.NpyReader;
import io.resketch.core.recovery.Checkpoints;
import io.resketch.core.recovery.EngineProvider;
import io.resketch.core.recovery.NetworkRecovery;
import io.resketch.core.recovery.PairSample;
import io.resketch.core.recovery.RecoveredNetwork;
import io.resketch.core.recovery.RecoveryOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Learns a network from pairs of inputs and sketches. */
@Command(
    name = "recover",
    description = {
      "Learns a network from its sketches: from pairs of what went into it and the sketch that came"
          + " out, without the seed, finds the columns by which hidden attributes enter the sketch,"
          + " their values in every pair, the objects they belong to, and what is computed from"
          + " what.",
      "",
      "DIR gets dictionary.npy (d × n, unit columns: first those of the inputs), codes.npy (N × n),"
          + " offset.npy (1 × d) and report.json. What the pairs do not identify is named there,"
          + " with the reason.",
      "",
      "With --generate, makes pairs for experiments: draws a random network and N pairs of it; DIR"
          + " gets inputs.npy, sketches.npy, and what is to be found: attributes.npy, dictionary.npy"
          + " and wiring.json."
    },
    footer = {
      "  resketch recover --generate teacher.json -o pairs/",
      "  resketch recover --inputs pairs/inputs.npy --input-sizes 16,16,16,16"
          + " --sketches pairs/sketches.npy --nonnegative -o out/",
      "",
      "teacher.json, each field with its default but inputs and levels:",
      "  {\"inputs\": 4, \"levels\": [4, 3], \"attributes\": 16, \"nonzero\": 4, \"fanIn\": 3,",
      "   \"unit\": true, \"seed\": 1, \"pairs\": 7040, \"dimension\": 4096, \"blocksPerColumn\": 16,",
      "   \"sketchSeed\": 7}"
    })
final class RecoverCommand extends ClientCommand {
  @Option(names = "--inputs", paramLabel = "FILE.npy", description = "N × p attributes of inputs.")
  private Optional<Path> inputs;

  @Option(
      names = "--input-sizes",
      paramLabel = "SIZE",
      split = ",",
      description = "Attributes of every input object, in order; they sum to p.")
  private List<Integer> inputSizes = new ArrayList<>();

  @Option(names = "--sketches", paramLabel = "FILE.npy", description = "N × d sketches.")
  private Optional<Path> sketches;

  @Option(
      names = "--generate",
      paramLabel = "TEACHER.json",
      description = "Make pairs of a random network.")
  private Optional<Path> teacher;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      required = true,
      description = "Directory of the answer; made if it is not there.")
  private Path output;

  @Option(
      names = "--nonnegative",
      showDefaultValue = Visibility.NEVER,
      description = "Hidden attributes are never below 0, as after a rectifier: finds more.")
  private boolean nonnegative;

  @Option(
      names = "--hold-out",
      paramLabel = "SHARE",
      defaultValue = "0.1",
      description = "Of the pairs, that only the validation sees.")
  private double holdOut;

  @Option(
      names = "--seed",
      paramLabel = "SEED",
      defaultValue = "1",
      description = "Of the random starts of searches; not that of the sketches.")
  private long seed;

  @Mixin private EngineOptions engine;

  @Override
  int run() throws IOException {
    if (teacher.isPresent()) {
      if (inputs.isPresent() || sketches.isPresent()) {
        throw wrongUse("--generate makes the pairs; it does not go with --inputs and --sketches");
      }
      TeacherFiles made = TeacherFiles.of(teacher.get());
      Files.createDirectories(output);
      made.write(output);
      note(made.pairs() + " pairs in " + output);
      return 0;
    }
    if (inputs.isEmpty() || sketches.isEmpty() || inputSizes.isEmpty()) {
      throw wrongUse("give --inputs, --input-sizes and --sketches, or --generate");
    }
    RecoveryOptions options = new RecoveryOptions(nonnegative, holdOut, seed);
    PairSample pairs = read(inputs.get(), sketches.get());
    Files.createDirectories(output);
    long began = System.nanoTime();
    RecoveryStages stages =
        new RecoveryStages(
            line -> {
              if (!json()) {
                note(line);
              }
            });
    RecoveredNetwork network;
    try (EngineProvider.Engine parallel = engine.open(this::wrongUse)) {
      network = NetworkRecovery.recover(pairs, options, parallel, stages, Checkpoints.none());
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    JsonObject report =
        new RecoveryFiles(network).write(output, stages.json(), OptionalDouble.of(seconds));
    if (json()) {
      print(report.toString());
    } else {
      summary(network, seconds);
    }
    return 0;
  }

  private void summary(RecoveredNetwork network, double seconds) {
    int inputWidth = network.inputSizes().stream().mapToInt(Integer::intValue).sum();
    note(
        String.format(
            java.util.Locale.ROOT,
            "%d hidden columns, %d of them exact; %d objects, %d edges; relative error on held-out"
                + " pairs %.2g; %.0f s",
            network.columns() - inputWidth,
            network.snapped(),
            network.objects().size(),
            network.objects().stream().mapToInt(object -> object.inputs().size()).sum(),
            network.heldOutRelativeError(),
            seconds));
    network.unidentified().forEach(what -> note("not identified: " + what));
  }

  private PairSample read(Path inputFile, Path sketchFile) throws IOException {
    try (NpyReader in = new NpyReader(inputFile);
        NpyReader out = new NpyReader(sketchFile)) {
      if (in.rows() != out.rows()) {
        throw new InputFileException(
            inputFile,
            "has "
                + in.rows()
                + " rows, but "
                + sketchFile
                + " has "
                + out.rows()
                + "; row i of both must be of one run");
      }
      int sum = inputSizes.stream().mapToInt(Integer::intValue).sum();
      if (sum != in.columns()) {
        throw new InputFileException(
            inputFile, "has " + in.columns() + " columns, but --input-sizes sum to " + sum);
      }
      return new PairSample(
          (int) in.rows(), inputSizes, all(inputFile, in), out.columns(), all(sketchFile, out));
    }
  }

  private static float[] all(Path file, NpyReader reader) throws IOException {
    long size = reader.rows() * reader.columns();
    if (size > Integer.MAX_VALUE - 8) {
      throw new InputFileException(
          file,
          "holds "
              + size
              + " values; at most "
              + (Integer.MAX_VALUE - 8)
              + " are learned from at once: take a sample of the pairs");
    }
    float[] out = new float[(int) size];
    for (int row = 0; row < reader.rows(); row++) {
      System.arraycopy(reader.readRow(), 0, out, row * reader.columns(), reader.columns());
    }
    return out;
  }
}
