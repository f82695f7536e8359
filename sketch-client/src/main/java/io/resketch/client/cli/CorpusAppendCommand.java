package io.resketch.client.cli;

import com.google.gson.JsonObject;
import io.resketch.client.AppendSummary;
import io.resketch.client.PairCorpus;
import io.resketch.client.ResketchClient;
import io.resketch.core.spec.Fingerprint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Adds the pairs of two files to a corpus. */
@Command(
    name = "append",
    description = {
      "Adds pairs to a corpus: row i of both files is of one run.",
      "",
      "Pairs that the corpus holds are not stored again, so a command that broke off may be run"
          + " again."
    },
    footer = "  resketch corpus append rooms --inputs inputs.npy --sketches sketches.npy")
final class CorpusAppendCommand extends ClientCommand {
  @Parameters(paramLabel = "ID", description = "Id of the corpus.")
  private String id;

  @Mixin private ServerAddress server;

  @Option(
      names = "--inputs",
      paramLabel = "FILE.npy",
      required = true,
      description = "N × p attributes of inputs.")
  private Path inputs;

  @Option(
      names = "--sketches",
      paramLabel = "FILE",
      required = true,
      description = "N × d sketches (.npy), or N sketch images (.rskt).")
  private Path sketches;

  @Option(
      names = "--fingerprint",
      paramLabel = "HEX",
      converter = FingerprintConverter.class,
      description =
          "Of the spec of the sketches of a NumPy file without its .spec.json; needed where the"
              + " corpus has one.")
  private Optional<Fingerprint> fingerprint;

  private AppendSummary sum = new AppendSummary(0, 0);

  @Override
  int run() throws IOException {
    try (PairFiles pairs = PairFiles.open(inputs, sketches);
        ResketchClient client = server.connect(this)) {
      if (fingerprint.isPresent()
          && pairs.fingerprint().isPresent()
          && !pairs.fingerprint().equals(fingerprint)) {
        throw wrongUse(
            "--fingerprint: the sketches are of "
                + pairs.fingerprint().get()
                + ", as their file says; leave --fingerprint out");
      }
      PairCorpus corpus = client.recovery().openCorpus(id);
      try (Progress progress = Progress.start("append", pairs::rows)) {
        append(corpus, pairs, progress);
      } finally {
        report();
      }
      return 0;
    }
  }

  private void append(PairCorpus corpus, PairFiles pairs, Progress progress) throws IOException {
    try {
      var unused =
          corpus.append(
              pairs,
              pairs.fingerprint().or(() -> fingerprint),
              now -> {
                long before = sum.appended() + sum.duplicates();
                for (long i = before; i < now.appended() + now.duplicates(); i++) {
                  progress.step();
                }
                sum = now;
              });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private void report() {
    if (json()) {
      JsonObject out = new JsonObject();
      out.addProperty("appended", sum.appended());
      out.addProperty("duplicates", sum.duplicates());
      print(out.toString());
    } else {
      print(
          String.format(
              Locale.ROOT,
              "%,d pairs added, %,d were there already",
              sum.appended(),
              sum.duplicates()));
    }
  }
}
