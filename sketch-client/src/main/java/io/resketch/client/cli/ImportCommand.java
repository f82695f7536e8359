package io.resketch.client.cli;

import io.resketch.client.ExportStream;
import io.resketch.client.ImportSummary;
import io.resketch.client.ResketchClient;
import io.resketch.client.SketchCollection;
import io.resketch.client.TimeRange;
import io.resketch.client.files.ExchangeFileReader;
import io.resketch.client.files.InputFileException;
import io.resketch.v1.Collection;
import io.resketch.v1.ExchangeHeader;
import io.resketch.v1.ExchangeItem;
import io.resketch.v1.ExportResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Takes an export into a collection. */
@Command(
    name = "import",
    description = {
      "Stores what resketch export wrote, or what another server holds, in a collection.",
      "",
      "Importing again is harmless: what is there is stored once. A refused sketch is reported and"
          + " does not stop the others; where the file is cut or damaged, everything before is"
          + " imported."
    },
    footer = {
      "  resketch import rooms.rskx --collection rooms --create",
      "  resketch import --from 127.0.0.1:7430 --from-collection rooms --collection rooms --create"
    })
final class ImportCommand extends ClientCommand {
  @Parameters(paramLabel = "FILE.rskx", arity = "0..1", description = "The export.")
  private Optional<Path> file;

  @Option(names = "--from", paramLabel = "HOST:PORT", description = "A server to import from.")
  private Optional<String> from;

  @Option(
      names = "--from-collection",
      paramLabel = "ID",
      description = "Id of the collection to import from.")
  private Optional<String> fromCollection;

  @Option(
      names = "--from-token",
      paramLabel = "TOKEN",
      defaultValue = "${env:RESKETCH_FROM_TOKEN}",
      showDefaultValue = Visibility.NEVER,
      description =
          "What that server knows you by. Default: the environment variable RESKETCH_FROM_TOKEN."
              + " --tls and --tls-ca hold for both servers.")
  private Optional<String> fromToken;

  @Mixin private ServerOptions serverOptions;

  @Option(
      names = "--create",
      showDefaultValue = Visibility.NEVER,
      description = {
        "Create the collection as the exported one was, with its retention, rollup labels and index,"
            + " unless it exists with the same spec and skeleton policy."
      })
  private boolean create;

  private final ItemReport report = new ItemReport(this);

  @Override
  int run() throws IOException {
    if (file.isPresent() == from.isPresent()) {
      throw wrongUse("give a FILE.rskx, or --from with --from-collection");
    }
    if (from.isPresent() != fromCollection.isPresent()) {
      throw wrongUse("--from and --from-collection go together");
    }
    try (ResketchClient client = serverOptions.connect(this)) {
      if (file.isPresent()) {
        try (ExchangeFileReader in = new ExchangeFileReader(file.get())) {
          return importAll(client, new FileItems(in));
        } catch (UncheckedIOException e) {
          throw e.getCause();
        }
      }
      try (ResketchClient source = serverOptions.connect(this, from.get(), fromToken);
          ExportStream in =
              source.openCollection(fromCollection.get()).export(TimeRange.all(), "", "")) {
        return importAll(client, new StreamItems(in));
      }
    }
  }

  private int importAll(ResketchClient client, Iterator<ExchangeItem> source) throws IOException {
    Begun items = new Begun(source);
    if (!create) {
      return importAll(client.openCollection(serverOptions.collection()), items);
    }
    try (CreatedCollection created =
        CreatedCollection.of(
            client, serverOptions.collection(), exists -> wanted(items.header(), exists))) {
      int code = importAll(created.collection(), items);
      created.keep(code == 0 || report.stored() > 0);
      return code;
    }
  }

  private int importAll(SketchCollection collection, Iterator<ExchangeItem> items) {
    try {
      ImportSummary summary = collection.importAll(items, report::add);
      return summary.failed() == 0 ? 0 : 1;
    } finally {
      report.print();
    }
  }

  /** One that exists keeps its own retention and index. */
  private static Collection wanted(ExchangeHeader header, boolean exists) {
    Collection.Builder wanted =
        Collection.newBuilder()
            .setSpec(header.getSpec())
            .setSkeletonPolicy(header.getSkeletonPolicy());
    if (!exists) {
      wanted.addAllRollupLabels(header.getRollupLabelsList());
      if (header.hasRetention()) {
        wanted.setRetention(header.getRetention());
      }
      if (header.hasIndex()) {
        wanted.setIndex(header.getIndex());
      }
    }
    return wanted.build();
  }

  /** The messages of a file; fails with {@link InputFileException} where it is cut or damaged. */
  private static final class FileItems implements Iterator<ExchangeItem> {
    private final ExchangeFileReader in;
    private Optional<ExportResponse> next = Optional.empty();

    FileItems(ExchangeFileReader in) {
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
    public ExchangeItem next() {
      if (!hasNext()) {
        throw new NoSuchElementException("the file has ended");
      }
      ExchangeItem item = next.orElseThrow().getItem();
      next = Optional.empty();
      return item;
    }
  }

  /** The messages of a server. */
  private record StreamItems(ExportStream in) implements Iterator<ExchangeItem> {
    @Override
    public boolean hasNext() {
      return in.hasNext();
    }

    @Override
    public ExchangeItem next() {
      return in.next().getItem();
    }
  }

  /** Items of which the first is read ahead. */
  private static final class Begun implements Iterator<ExchangeItem> {
    private final ExchangeItem first;
    private final Iterator<ExchangeItem> rest;
    private boolean begun;

    Begun(Iterator<ExchangeItem> items) {
      this.first = items.next(); // no export is empty
      this.rest = items;
    }

    ExchangeHeader header() {
      return first.getHeader();
    }

    @Override
    public boolean hasNext() {
      return !begun || rest.hasNext();
    }

    @Override
    public ExchangeItem next() {
      if (begun) {
        return rest.next();
      }
      begun = true;
      return first;
    }
  }
}
