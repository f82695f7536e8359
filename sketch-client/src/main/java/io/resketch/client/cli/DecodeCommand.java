package io.resketch.client.cli;

import com.google.gson.JsonObject;
import io.resketch.client.ResketchClient;
import io.resketch.client.files.JsonLinesWriter;
import io.resketch.core.spec.SketchSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Recovers attributes from a file of sketches, or asks a server to. */
@Command(
    name = "decode",
    description = {
      "Recovers the attributes of computations from their sketches and skeletons.",
      "",
      "Offline, row i of SKETCHES, a NumPy matrix or a file of sketch images, goes with line i of"
          + " the skeletons; short rows are prefixes"
          + " of sketches. The answer is one computation a line, in the"
          + " JSON form of resketch.v1.DecodedComputation. With --collection and --id, a server"
          + " decodes one run that it stores.",
      "",
      "--decoder=blind takes no skeletons but the modules to look for. Its answer is a JSON object a"
          + " line: how far it came, the objects found with their paths from the roots and their"
          + " confidence and, where nothing is missing, a computation that can be sketched again."
    },
    footer = {
      "  resketch decode sketches.npy --skeletons skeletons.jsonl -o decoded.jsonl",
      "  resketch decode sketches.npy --decoder blind --modules person:4,car:4",
      "  resketch decode --server 127.0.0.1:7420 --collection rooms --id run-1"
    })
final class DecodeCommand extends ClientCommand {
  @Parameters(paramLabel = "SKETCHES", arity = "0..1", description = "The sketches.")
  private Optional<Path> sketches;

  @Option(names = "--skeletons", paramLabel = "FILE.jsonl", description = "The skeletons.")
  private Optional<Path> skeletons;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE.jsonl",
      description = "Where the answer goes. Default: the standard output.")
  private Optional<Path> output;

  @Mixin private DecoderOptions decoderOptions;

  @Mixin private ModuleOptions moduleOptions;

  @Mixin private ReadSpecOptions specOptions;

  @Option(
      names = "--server",
      paramLabel = "HOST:PORT",
      description =
          "Address of a server that decodes. Default: " + ServerOptions.DEFAULT_SERVER + ".")
  private Optional<String> server;

  @Mixin private AccessOptions access;

  @Option(names = "--collection", paramLabel = "ID", description = "Id of the collection.")
  private Optional<String> collection;

  @Option(names = "--id", paramLabel = "ID", description = "Id of the run.")
  private Optional<String> id;

  @Override
  int run() throws IOException {
    boolean online = server.isPresent() || collection.isPresent() || id.isPresent();
    if (online && (sketches.isPresent() || skeletons.isPresent())) {
      throw wrongUse("give files, or --server with --collection and --id, not both");
    }
    if (online && (collection.isEmpty() || id.isEmpty())) {
      throw wrongUse("decoding by a server needs --collection and --id");
    }
    if (!online && sketches.isEmpty()) {
      throw wrongUse("decoding needs SKETCHES, or --collection and --id");
    }
    boolean blind = !online && decoderOptions.blind();
    if (!online && blind == skeletons.isPresent()) {
      throw wrongUse(
          blind
              ? "--decoder=blind takes no --skeletons; use --profiles to name modules"
              : "decoding needs --skeletons; only --decoder=blind does without");
    }
    if (!blind && moduleOptions.given()) {
      throw wrongUse("--modules and --profiles go with --decoder=blind only");
    }
    if (output.isEmpty()) {
      decode(online, this::print);
      return 0;
    }
    long rows;
    try (JsonLinesWriter out = new JsonLinesWriter(output.get())) {
      rows = decode(online, out::write);
      out.commit();
    }
    report(rows, output.get());
    return 0;
  }

  private long decode(boolean online, ParallelRows.Sink sink) throws IOException {
    if (!online && decoderOptions.blind()) {
      Path file = sketches.orElseThrow();
      var known = moduleOptions.modules(this, List.of()).known();
      SketchSpec spec = SpecEvidence.require(this, specOptions, file, known);
      return new BlindRows(file, spec, known).run(sink);
    }
    if (!online) {
      return new OfflineDecode(
              sketches.orElseThrow(),
              skeletons.orElseThrow(),
              specOptions.spec(this, sketches.orElseThrow()),
              decoderOptions.decoder(this))
          .run(sink);
    }
    try (ResketchClient client =
        access.connect(server.orElse(ServerOptions.DEFAULT_SERVER), this::wrongUse)) {
      var decoded =
          client
              .openCollection(collection.orElseThrow())
              .decode(id.orElseThrow(), decoderOptions.decoder(this));
      sink.accept(JsonLinesWriter.line(decoded));
      return 1;
    }
  }

  private void report(long rows, Path file) {
    if (json()) {
      JsonObject out = new JsonObject();
      out.addProperty("rows", rows);
      out.addProperty("output", file.toString());
      print(out.toString());
    } else {
      note(rows + " computations in " + file);
    }
  }
}
