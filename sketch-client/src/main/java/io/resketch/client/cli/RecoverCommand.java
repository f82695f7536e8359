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
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;
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
          + " offset.npy (1 × d), maps/ with the linear map of every hidden object, report.json, and"
          + " the wiring as wiring.graphml and wiring.svg. What the pairs do not identify is named in"
          + " the report, with the reason.",
      "",
      "With --predict, writes the sketches that a recovered network gives for inputs it has never"
          + " seen; with --decode, the codes in sketches it has never seen, with --inputs better"
          + " than without. Both take no more than DIR.",
      "",
      "With --generate, makes pairs for experiments: draws a random network and N pairs of it; DIR"
          + " gets inputs.npy, sketches.npy, and what is to be found: attributes.npy, dictionary.npy"
          + " and wiring.json."
    },
    footer = {
      "  resketch recover --generate teacher.json -o pairs/",
      "  resketch recover --inputs pairs/inputs.npy --input-sizes 16,16,16,16"
          + " --sketches pairs/sketches.npy --nonnegative -o out/",
      "  resketch recover --predict out/ --inputs new.npy -o predicted.npy",
      "  resketch recover --decode out/ --sketches new-sketches.npy -o codes.npy",
      "",
      "teacher.json, each field with its default but inputs and levels:",
      "  {\"inputs\": 4, \"levels\": [4, 3], \"attributes\": 16, \"nonzero\": 4, \"fanIn\": 3,",
      "   \"unit\": true, \"seed\": 1, \"pairs\": 7040, \"dimension\": 4096,",
      "   \"family\": \"block-sparse\", \"blocksPerColumn\": 16, \"sketchSeed\": 7}"
    })
final class RecoverCommand extends ClientCommand {
  @Option(names = "--inputs", paramLabel = "FILE.npy", description = "N × p attributes of inputs.")
  private Optional<Path> inputs;

  @Option(
      names = "--input-sizes",
      showDefaultValue = Visibility.NEVER,
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
      names = "--predict",
      paramLabel = "DIR",
      description = "Predict the sketches of --inputs by the network in DIR.")
  private Optional<Path> predict;

  @Option(
      names = "--decode",
      paramLabel = "DIR",
      description = "Decode --sketches by the network in DIR.")
  private Optional<Path> decode;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR|FILE.npy",
      required = true,
      description =
          "Directory of the answer, made if it is not there; a file with --predict and --decode.")
  private Path output;

  @Mixin private LearningOptions learning;

  @Mixin private EngineOptions engine;

  @Override
  int run() throws IOException {
    if (Stream.of(teacher, predict, decode).filter(Optional::isPresent).count() > 1) {
      throw wrongUse("give one of --generate, --predict and --decode");
    }
    if (predict.isPresent()) {
      if (inputs.isEmpty() || sketches.isPresent()) {
        throw wrongUse("--predict needs --inputs, and makes the sketches");
      }
      RecoveredRows rows = new RecoveredRows(RecoveryDirectory.read(predict.get()));
      return applied(rows.predict(inputs.get(), output));
    }
    if (decode.isPresent()) {
      if (sketches.isEmpty()) {
        throw wrongUse("--decode needs --sketches");
      }
      RecoveredRows rows = new RecoveredRows(RecoveryDirectory.read(decode.get()));
      return applied(rows.decode(sketches.get(), inputs, output));
    }
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
      throw wrongUse(
          "give --inputs, --input-sizes and --sketches, or --generate, --predict or --decode");
    }
    RecoveryOptions options = learning.options();
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
        new RecoveryFiles(network, Optional.empty())
            .write(output, stages.json(), OptionalDouble.of(seconds));
    if (json()) {
      print(report.toString());
    } else {
      summary(network, seconds);
    }
    return 0;
  }

  private int applied(JsonObject answer) {
    if (json()) {
      print(answer.toString());
    } else {
      note(
          answer.get("rows").getAsLong()
              + " rows in "
              + output
              + (answer.has("relativeError")
                  ? String.format(
                      Locale.ROOT,
                      ", relative error %.2g",
                      answer.get("relativeError").getAsDouble())
                  : ""));
    }
    return 0;
  }

  private void summary(RecoveredNetwork network, double seconds) {
    note(network.summary());
    network.setAside().forEach(some -> note(some.toString()));
    note(
        String.format(
            Locale.ROOT,
            "relative error on held-out pairs %.2g; %.0f s",
            network.heldOutRelativeError(),
            seconds));
    note(
        network.heldOutPredictionRelativeError().isPresent()
            ? String.format(
                Locale.ROOT,
                "predicted from the inputs alone: relative error on held-out pairs %.2g",
                network.heldOutPredictionRelativeError().getAsDouble())
            : "sketches cannot be predicted from inputs: no function for "
                + String.join(", ", network.function().unknown()));
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
