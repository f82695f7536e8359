package io.resketch.client.cli;

import com.google.gson.JsonObject;
import io.resketch.client.ExportStream;
import io.resketch.client.ResketchClient;
import io.resketch.client.SketchCollection;
import io.resketch.client.files.ExchangeFileWriter;
import io.resketch.client.files.InputFileException;
import io.resketch.v1.ExchangeHeader;
import io.resketch.v1.ExportResponse;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Writes a collection to a file. */
@Command(
    name = "export",
    description = {
      "Writes a collection to a file, from which resketch import makes it again bit for bit.",
      "",
      "An export that broke off leaves what it has; --resume continues it with the same options."
    },
    footer = {
      "  resketch export --collection rooms -o rooms.rskx",
      "  resketch export --collection rooms --filter 'label.camera = \"door\"' -o door.rskx",
      "  resketch export --collection rooms -o rooms.rskx --resume"
    })
final class ExportCommand extends ClientCommand {
  @Mixin private ServerOptions serverOptions;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE.rskx",
      required = true,
      description = "The file to write.")
  private Path output;

  @Option(
      names = "--filter",
      paramLabel = "FILTER",
      defaultValue = "",
      showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
      description = "Only runs that pass, such as 'label.camera = \"door\"'.")
  private String filter;

  @Mixin private TimeRangeOptions range;

  @Option(
      names = "--resume",
      showDefaultValue = picocli.CommandLine.Help.Visibility.NEVER,
      description = "Continue a file that was cut off, behind its last whole message.")
  private boolean resume;

  private long sketches;

  @Override
  int run() throws IOException {
    try (ResketchClient client = serverOptions.connect(this)) {
      SketchCollection collection = client.openCollection(serverOptions.collection());
      try (ExchangeFileWriter out =
          resume ? ExchangeFileWriter.resume(output) : ExchangeFileWriter.create(output)) {
        if (!out.complete()) {
          write(collection, out);
          out.finish();
        }
      }
      report();
      return 0;
    }
  }

  private void write(SketchCollection collection, ExchangeFileWriter out) throws IOException {
    try (ExportStream in = collection.export(range.range(), filter, out.cursor());
        Progress progress =
            Progress.start("export", () -> collection.describe().getSketchCount())) {
      while (in.hasNext()) {
        ExportResponse message = in.next();
        var known = out.header();
        if (message.getItem().hasHeader()
            && known.isPresent()
            && !isAlike(known.get(), message.getItem().getHeader())) {
          throw new InputFileException(
              output, "is of a collection with another spec; export to a new file");
        }
        out.write(message);
        if (message.getItem().hasSketch()) {
          sketches++;
          progress.step();
        }
      }
    }
  }

  /** What a collection may change, or an older server did not say, makes it no other one. */
  private static boolean isAlike(ExchangeHeader one, ExchangeHeader other) {
    return one.getSpec().equals(other.getSpec())
        && one.getSkeletonPolicy() == other.getSkeletonPolicy();
  }

  private void report() {
    if (json()) {
      JsonObject out = new JsonObject();
      out.addProperty("sketches", sketches);
      out.addProperty("output", output.toString());
      print(out.toString());
    } else {
      note(sketches + (resume ? " more sketches in " : " sketches in ") + output);
    }
  }
}
