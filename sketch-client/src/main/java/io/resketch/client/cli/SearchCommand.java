package io.resketch.client.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.resketch.client.ResketchClient;
import io.resketch.client.SearchHit;
import io.resketch.client.SearchHits;
import io.resketch.client.SearchOptions;
import io.resketch.client.SketchCollection;
import io.resketch.client.TimeRange;
import io.resketch.client.files.InputFileException;
import io.resketch.client.files.JsonLinesReader;
import io.resketch.core.InvalidInputException;
import io.resketch.core.graph.Computation;
import io.resketch.wire.Graphs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Searches a collection. */
@Command(
    name = "search",
    description = {
      "Finds the stored runs most like a stored run, like one object of a stored run, or like a"
          + " computation in a file."
    },
    footer = {
      "  resketch search --collection rooms --id run-1 -k 5",
      "  resketch search --collection rooms --id run-1 --object cat1 --filter 'label.camera = door'",
      "  resketch search --collection rooms --id run-1 --min-cosine 0.9",
      "  resketch search --collection rooms --computation query.jsonl --json"
    })
final class SearchCommand extends ClientCommand {
  @Mixin private ServerOptions serverOptions;

  @ArgGroup(multiplicity = "1")
  private Query query;

  /** What is searched for. */
  static final class Query {
    @Option(names = "--id", paramLabel = "ID", description = "Id of a stored run.")
    Optional<String> id = Optional.empty();

    @Option(
        names = "--computation",
        paramLabel = "FILE.jsonl",
        description = "A file with one computation.")
    Optional<Path> computation = Optional.empty();
  }

  @Option(
      names = "--object",
      paramLabel = "OBJECT",
      description = "With --id: search for this object of the run, and all it was computed from.")
  private Optional<String> object;

  @Option(
      names = "--filter",
      paramLabel = "FILTER",
      defaultValue = "",
      showDefaultValue = Visibility.NEVER,
      description = "Only runs that pass, such as 'label.camera = \"door\" AND id != run-7'.")
  private String filter;

  @Option(names = "-k", defaultValue = "10", description = "Answers wanted, 1 to 1000.")
  private int k;

  @Option(
      names = "--prefix",
      paramLabel = "FLOATS",
      defaultValue = "0",
      description = "Compare only the first FLOATS of each sketch, a multiple of 16; 0: all.")
  private int prefix;

  @Option(
      names = "--min-cosine",
      showDefaultValue = Visibility.NEVER,
      paramLabel = "X",
      description = "Only runs at least as similar, -1 to 1. Default: all.")
  private Optional<Double> minCosine = Optional.empty();

  @Option(
      names = "--exact",
      description = "Compare every stored run, where an index might miss some; slower on many.")
  private boolean exact;

  @Override
  int run() throws IOException {
    SearchOptions options = options();
    if (object.isPresent() && query.id.isEmpty()) {
      throw wrongUse("--object is of a stored run; give its --id");
    }
    Optional<Computation> computation = Optional.empty();
    if (query.computation.isPresent()) {
      computation = Optional.of(read(query.computation.get()));
    }
    try (ResketchClient client = serverOptions.connect(this)) {
      SketchCollection collection = client.openCollection(serverOptions.collection());
      report(hits(collection, computation, options));
      return 0;
    }
  }

  private SearchHits hits(
      SketchCollection collection, Optional<Computation> computation, SearchOptions options) {
    if (computation.isPresent()) {
      return collection.search(computation.get(), options);
    }
    String id = query.id.orElseThrow();
    return object.isPresent()
        ? collection.searchObject(id, object.get(), options)
        : collection.search(id, options);
  }

  private SearchOptions options() {
    try {
      OptionalDouble least = minCosine.map(OptionalDouble::of).orElseGet(OptionalDouble::empty);
      return new SearchOptions(k, TimeRange.all(), filter, prefix, least, exact);
    } catch (InvalidInputException e) {
      String option =
          switch (e.field()) {
            case "k" -> "-k";
            case "minCosine" -> "--min-cosine";
            default -> "--prefix";
          };
      throw wrongUse(option + e.getMessage().substring(e.field().length()));
    }
  }

  private static Computation read(Path file) throws IOException {
    try (var in = JsonLinesReader.computations(file)) {
      var message =
          in.next().orElseThrow(() -> new InputFileException(file, "holds no computation"));
      Computation out = in.check(() -> Graphs.computation(message));
      if (in.next().isPresent()) {
        throw new InputFileException(
            file, in.line(), "is a second computation; a search takes one");
      }
      return out;
    }
  }

  private void report(SearchHits hits) {
    if (!json()) {
      hits.forEach(hit -> print(hit.toString()));
      if (!hits.exact()) {
        note(howFound(hits));
      }
      return;
    }
    JsonArray list = new JsonArray();
    for (SearchHit hit : hits) {
      JsonObject out = new JsonObject();
      out.addProperty("id", hit.id());
      out.addProperty("similarity", hit.similarity());
      hit.time().ifPresent(time -> out.addProperty("time", time.toString()));
      JsonObject labels = new JsonObject();
      hit.labels().forEach(labels::addProperty);
      out.add("labels", labels);
      list.add(out);
    }
    JsonObject out = new JsonObject();
    out.add("hits", list);
    out.addProperty("exact", hits.exact());
    out.addProperty("scanned", hits.scanned());
    out.addProperty("method", hits.method().name());
    print(out.toString());
  }

  /** What the answer lacks to be exact. */
  private static String howFound(SearchHits hits) {
    String found =
        switch (hits.method()) {
          case METHOD_GRAPH ->
              String.format(
                  Locale.ROOT,
                  " by the graph of the index, which found %.1f %% of the nearest when the server last"
                      + " checked it",
                  100 * hits.message().getGraphRecall());
          case METHOD_VECTORS -> " by the indexed floats of all runs";
          default -> "";
        };
    return String.format(
        Locale.ROOT,
        "not exact: %,d runs were compared in full, chosen%s; some of the most similar may be missing."
            + " --exact compares every run",
        hits.scanned(),
        found);
  }
}
