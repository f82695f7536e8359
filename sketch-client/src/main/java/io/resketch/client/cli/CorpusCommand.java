package io.resketch.client.cli;

import com.google.gson.JsonObject;
import io.resketch.client.ResketchClient;
import io.resketch.client.files.JsonLinesWriter;
import io.resketch.client.files.SketchReader;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.spec.Fingerprint;
import io.resketch.v1.Corpus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The corpora of a server. */
@Command(
    name = "corpus",
    description = "Keeps pairs of inputs and sketches on a server, to recover networks from.",
    footer = {
      "  resketch corpus create rooms --input-sizes 16,16,16,16 --dimension 2048",
      "  resketch corpus append rooms --inputs inputs.npy --sketches sketches.npy",
      "  resketch job start rooms --nonnegative --watch"
    },
    subcommands = {
      CorpusCommand.Create.class,
      CorpusCommand.ListAll.class,
      CorpusCommand.Show.class,
      CorpusCommand.Delete.class,
      CorpusAppendCommand.class,
      CorpusReadCommand.class
    })
final class CorpusCommand extends GroupCommand {
  /** One line for people. */
  private static String line(Corpus corpus) {
    return String.format(
        Locale.ROOT,
        "%s  %,d pairs, inputs %s, sketches of %,d floats, %,d bytes",
        corpus.getName().substring(corpus.getName().lastIndexOf('/') + 1),
        corpus.getPairCount(),
        corpus.getInputSizesList().stream().map(String::valueOf).collect(Collectors.joining(",")),
        corpus.getDimension(),
        corpus.getPairBytes());
  }

  private static void print(ClientCommand command, Corpus corpus) {
    command.print(command.json() ? JsonLinesWriter.line(corpus) : line(corpus));
  }

  /** Creates one. */
  @Command(
      name = "create",
      description = "Creates a corpus; with --json answers resketch.v1.Corpus.",
      footer = {
        "  resketch corpus create rooms --input-sizes 16,16,16,16 --dimension 2048",
        "  resketch corpus create rooms --input-sizes 16,16 --like sketches.rskt"
      })
  static final class Create extends ClientCommand {
    @Parameters(paramLabel = "ID", description = "Id of the corpus.")
    private String id;

    @Mixin private ServerAddress server;

    @Option(
        names = "--input-sizes",
        paramLabel = "SIZE",
        split = ",",
        required = true,
        description = "Attributes of every input object, in order.")
    private List<Integer> inputSizes;

    @Option(names = "--dimension", paramLabel = "FLOATS", description = "Length of a sketch.")
    private Optional<Integer> dimension;

    @Option(
        names = "--fingerprint",
        paramLabel = "HEX",
        converter = FingerprintConverter.class,
        description = "Of the spec that all sketches must be of. Default: nobody checks.")
    private Optional<Fingerprint> fingerprint;

    @Option(
        names = "--like",
        paramLabel = "FILE",
        description =
            "Take dimension and fingerprint from the first sketch of a file: images (.rskt), or a"
                + " matrix (.npy) with its .spec.json.")
    private Optional<Path> like;

    @Override
    int run() throws IOException {
      if (like.isPresent() == dimension.isPresent()) {
        throw wrongUse("give --dimension or --like");
      }
      if (like.isPresent() && fingerprint.isPresent()) {
        throw wrongUse("--like brings the fingerprint; leave --fingerprint out");
      }
      int floats;
      Optional<Fingerprint> of = fingerprint;
      if (like.isPresent()) {
        try (SketchReader in = SketchReader.openDescribed(like.get())) {
          Sketch first =
              in.next().orElseThrow(() -> wrongUse("--like: " + like.get() + " has no sketch"));
          floats = first.dimension();
          of = Optional.of(first.fingerprint());
        }
      } else {
        floats = dimension.get();
      }
      try (ResketchClient client = server.connect(this)) {
        CorpusCommand.print(
            this, client.recovery().createCorpus(id, inputSizes, floats, of).describe());
        return 0;
      }
    }
  }

  /** Lists all. */
  @Command(
      name = "list",
      description = "Lists the corpora of a server; with --json one resketch.v1.Corpus a line.",
      footer = "  resketch corpus list")
  static final class ListAll extends ClientCommand {
    @Mixin private ServerAddress server;

    @Override
    int run() {
      try (ResketchClient client = server.connect(this)) {
        client.recovery().corpora().forEach(corpus -> CorpusCommand.print(this, corpus));
        return 0;
      }
    }
  }

  /** Shows one. */
  @Command(
      name = "show",
      description = "Says what a corpus holds; with --json answers resketch.v1.Corpus.",
      footer = "  resketch corpus show rooms")
  static final class Show extends ClientCommand {
    @Parameters(paramLabel = "ID", description = "Id of the corpus.")
    private String id;

    @Mixin private ServerAddress server;

    @Override
    int run() {
      try (ResketchClient client = server.connect(this)) {
        CorpusCommand.print(this, client.recovery().openCorpus(id).describe());
        return 0;
      }
    }
  }

  /** Deletes one. */
  @Command(
      name = "delete",
      description =
          "Deletes a corpus with all its pairs, for good. Networks recovered from it stay.",
      footer = "  resketch corpus delete rooms")
  static final class Delete extends ClientCommand {
    @Parameters(paramLabel = "ID", description = "Id of the corpus.")
    private String id;

    @Mixin private ServerAddress server;

    @Override
    int run() {
      try (ResketchClient client = server.connect(this)) {
        long pairs = client.recovery().deleteCorpus(id);
        if (json()) {
          JsonObject out = new JsonObject();
          out.addProperty("pairs", pairs);
          print(out.toString());
        } else {
          print(String.format(Locale.ROOT, "deleted with %,d pairs", pairs));
        }
        return 0;
      }
    }
  }
}
