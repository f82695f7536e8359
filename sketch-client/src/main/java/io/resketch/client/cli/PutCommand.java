package io.resketch.client.cli;

import io.resketch.client.PutItem;
import io.resketch.client.PutSummary;
import io.resketch.client.ResketchClient;
import io.resketch.client.SketchCollection;
import io.resketch.client.files.JsonLinesReader;
import io.resketch.v1.Collection;
import io.resketch.v1.Computation;
import io.resketch.wire.Sketches;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Stores a file of computations. */
@Command(
    name = "put",
    description = {
      "Stores computations on a server, which sketches them.",
      "",
      "GRAPHS.jsonl holds one computation a line, in the JSON form of resketch.v1.Computation,"
          + " each with an id. Storing the same file again is harmless. A refused computation is"
          + " reported and does not stop the others; a malformed line stops the command after"
          + " everything before it is stored. A collection that --create makes does not stay if"
          + " everything was refused."
    },
    footer = {"  resketch put graphs.jsonl --collection rooms --create --dimension 4096 --seed 7"})
final class PutCommand extends ClientCommand {
  @Parameters(paramLabel = "GRAPHS.jsonl", description = "The computations.")
  private Path graphs;

  @Mixin private ServerOptions serverOptions;

  @Option(
      names = "--create",
      showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
      description = "Create the collection with the spec below, unless it exists with this spec.")
  private boolean create;

  @Option(
      names = "--rollup-label",
      showDefaultValue = Visibility.NEVER,
      paramLabel = "KEY",
      description = {
        "With --create: keep sums by the values of this label, so that stats --by label:KEY is"
            + " quick; may be given four times."
      })
  private List<String> rollUpLabels = List.of();

  @Option(
      names = "--corpus",
      showDefaultValue = Visibility.NEVER,
      paramLabel = "ID",
      description = {
        "With --create: every run becomes a pair of this corpus, too; see resketch corpus create"
            + " --fingerprint."
      })
  private Optional<String> corpus = Optional.empty();

  @Mixin private SpecOptions specOptions;

  private final ItemReport report = new ItemReport(this);

  @Override
  int run() throws IOException {
    try (JsonLinesReader<Computation> in = JsonLinesReader.computations(graphs);
        ResketchClient client = serverOptions.connect(this)) {
      if (!create) {
        return put(in, client.openCollection(serverOptions.collection()));
      }
      try (CreatedCollection created =
          CreatedCollection.of(client, serverOptions.collection(), exists -> wanted())) {
        return put(in, created);
      }
    }
  }

  private Collection wanted() {
    return Collection.newBuilder()
        .setSpec(Sketches.spec(specOptions.spec(this)))
        .addAllRollupLabels(rollUpLabels)
        .setCorpus(corpus.map(id -> "corpora/" + id).orElse(""))
        .build();
  }

  private int put(JsonLinesReader<Computation> in, CreatedCollection created) throws IOException {
    int code = put(in, created.collection());
    created.keep(code == 0 || report.stored() > 0);
    return code;
  }

  private int put(JsonLinesReader<Computation> in, SketchCollection collection) throws IOException {
    Items items = new Items(in);
    try (Progress progress = Progress.start("put", () -> JsonLinesReader.count(graphs))) {
      PutSummary summary =
          collection.putAll(
              items,
              outcome -> {
                progress.step();
                report.add("line " + items.oldestLine(), outcome);
              });
      return summary.failed() == 0 ? 0 : 1;
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } finally {
      report.print();
    }
  }

  /** The computations of a file as they are needed. */
  private static final class Items implements Iterator<PutItem> {
    private final JsonLinesReader<Computation> in;
    private final Deque<Long> lines = new ArrayDeque<>();
    private Optional<Computation> next = Optional.empty();

    Items(JsonLinesReader<Computation> in) {
      this.in = in;
    }

    @Override
    public boolean hasNext() {
      if (next.isEmpty()) {
        try {
          next = in.next();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
      return next.isPresent();
    }

    @Override
    public PutItem next() {
      if (!hasNext()) {
        throw new NoSuchElementException("the file has ended");
      }
      PutItem item = PutItem.of(next.orElseThrow());
      lines.add(in.line());
      next = Optional.empty();
      return item;
    }

    /** Line of the first item that was not asked for yet; outcomes come in the order of items. */
    long oldestLine() {
      return lines.remove();
    }
  }
}
