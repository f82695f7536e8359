package io.resketch.client.cli;

import com.google.gson.JsonObject;
import io.resketch.client.PairCorpus;
import io.resketch.client.PairRows;
import io.resketch.client.PairStream;
import io.resketch.client.ResketchClient;
import io.resketch.client.files.NpyWriter;
import io.resketch.client.files.SpecFile;
import io.resketch.v1.ReadPairsRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Writes the pairs of a corpus to two files. */
@Command(
    name = "read",
    description =
        "Writes the pairs of a corpus, or a random sample, as inputs.npy and sketches.npy.",
    footer = "  resketch corpus read rooms --sample 10000 -o pairs/")
final class CorpusReadCommand extends ClientCommand {
  @Parameters(paramLabel = "ID", description = "Id of the corpus.")
  private String id;

  @Mixin private ServerAddress server;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "DIR",
      required = true,
      description = "Directory of the files; made if it is not there.")
  private Path output;

  @Option(
      names = "--sample",
      paramLabel = "N",
      defaultValue = "0",
      description = "Only so many, drawn without replacement; 0: all.")
  private long sample;

  @Option(
      names = "--seed",
      paramLabel = "SEED",
      defaultValue = "1",
      converter = SpecOptions.Unsigned.class,
      description = "Of the sample.")
  private long seed;

  @Override
  int run() throws IOException {
    try (ResketchClient client = server.connect(this)) {
      PairCorpus corpus = client.recovery().openCorpus(id);
      Files.createDirectories(output);
      long rows = write(corpus);
      if (json()) {
        JsonObject out = new JsonObject();
        out.addProperty("pairs", rows);
        out.addProperty("output", output.toString());
        print(out.toString());
      } else {
        note(String.format(Locale.ROOT, "%,d pairs in %s", rows, output));
      }
      return 0;
    }
  }

  private long write(PairCorpus corpus) throws IOException {
    int p = corpus.inputWidth();
    int d = corpus.dimension();
    ReadPairsRequest options =
        ReadPairsRequest.newBuilder().setSampleRows(sample).setSampleSeed(seed).build();
    long rows = 0;
    try (NpyWriter inputs = new NpyWriter(output.resolve("inputs.npy"), p);
        NpyWriter sketches = new NpyWriter(output.resolve("sketches.npy"), d);
        PairStream pairs = corpus.read(options);
        Progress progress = Progress.start("read", () -> total(corpus))) {
      while (pairs.hasNext()) {
        PairRows some = pairs.next();
        for (int i = 0; i < some.rows(); i++) {
          inputs.writeRow(Arrays.copyOfRange(some.inputs(), i * p, (i + 1) * p));
          sketches.writeRow(Arrays.copyOfRange(some.sketches(), i * d, (i + 1) * d));
          progress.step();
        }
        rows += some.rows();
      }
      inputs.commit();
      sketches.commit();
      if (corpus.fingerprint().isPresent()) {
        SpecFile.of(corpus.fingerprint().get(), d, sketches)
            .write(SpecFile.beside(output.resolve("sketches.npy")));
      }
    }
    return rows;
  }

  private long total(PairCorpus corpus) {
    long all = corpus.describe().getPairCount();
    return sample == 0 ? all : Math.min(sample, all);
  }
}
