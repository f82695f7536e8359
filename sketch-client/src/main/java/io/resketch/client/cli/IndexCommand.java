package io.resketch.client.cli;

import io.resketch.client.ResketchClient;
import io.resketch.client.files.JsonLinesWriter;
import io.resketch.v1.IndexOptions;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Shows or sets how a collection is indexed. */
@Command(
    name = "index",
    description = {
      "Says how a collection is indexed for searches, or changes it. The index is there from 20,000"
          + " sketches on; after a change it is built anew in the background, and searches compare"
          + " every sketch until it is there."
    },
    footer = {
      "  resketch index --collection rooms",
      "  resketch index --collection rooms --prefix 256",
      "  resketch index --collection rooms --off"
    })
final class IndexCommand extends ClientCommand {
  @Mixin private ServerOptions serverOptions;

  @Option(
      names = "--prefix",
      paramLabel = "FLOATS",
      description =
          "Floats of each sketch to index, a multiple of 16, at most 1,024; 0 for the default of 512"
              + " or the dimension.")
  private Optional<Integer> prefix;

  @Option(
      names = "--off",
      showDefaultValue = Visibility.NEVER,
      description = "Take the index off: every search compares all sketches.")
  private boolean off;

  @Override
  int run() {
    if (off && prefix.isPresent()) {
      throw wrongUse("give --prefix, or --off, not both");
    }
    try (ResketchClient client = serverOptions.connect(this)) {
      var collection = client.openCollection(serverOptions.collection());
      IndexOptions options =
          off || prefix.isPresent()
              ? collection.index(
                  IndexOptions.newBuilder()
                      .setDisabled(off)
                      .setPrefixLength(prefix.orElse(0))
                      .build())
              : collection.describe().getIndex();
      if (json()) {
        print(JsonLinesWriter.line(options));
      } else if (options.getDisabled()) {
        print("no index: searches compare every sketch");
      } else if (options.getPrefixLength() == 0) {
        print("indexed by the default number of floats");
      } else {
        print("indexed by the first " + options.getPrefixLength() + " floats");
      }
      return 0;
    }
  }
}
