package io.resketch.client.cli;

import io.resketch.client.ResketchClient;
import io.resketch.client.files.GraphMl;
import io.resketch.client.files.JsonLinesWriter;
import io.resketch.v1.ListRelatedRequest;
import io.resketch.v1.ListRelatedResponse;
import io.resketch.v1.Relation;
import io.resketch.v1.SharedObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Walks over what is alike. */
@Command(
    name = "related",
    description = {
      "Walks from a stored run to those that share objects or modules with it, and on from there, and"
          + " says what they share.",
      "",
      "With --json, the JSON form of resketch.v1.ListRelatedResponse; with -o, the graph as GraphML."
    },
    footer = {
      "  resketch related --collection rooms --id run-1",
      "  resketch related --collection rooms --id run-1 --depth 2 -o rooms.graphml"
    })
final class RelatedCommand extends ClientCommand {
  @Mixin private ServerOptions serverOptions;

  @Option(
      names = "--id",
      paramLabel = "ID",
      required = true,
      description = "Where the walk starts.")
  private String id;

  @Option(
      names = "--depth",
      paramLabel = "STEPS",
      defaultValue = "1",
      description = "Steps from there, 1 to 3.")
  private int depth;

  @Option(
      names = "--neighbours",
      paramLabel = "N",
      defaultValue = "5",
      description = "Runs to go on to from each, 1 to 20.")
  private int neighbours;

  @Option(
      names = "--min-cosine",
      paramLabel = "X",
      defaultValue = "0.2",
      description = "Leave out what is less alike, as a whole and in every root object.")
  private double minCosine;

  @Option(
      names = "--filter",
      paramLabel = "FILTER",
      defaultValue = "",
      showDefaultValue = Visibility.NEVER,
      description = "Only go to runs that pass.")
  private String filter;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE.graphml",
      description = "Where the graph goes. Default: nowhere.")
  private Optional<Path> output;

  @Override
  int run() throws IOException {
    try (ResketchClient client = serverOptions.connect(this)) {
      ListRelatedResponse found =
          client
              .openCollection(serverOptions.collection())
              .related(
                  id,
                  ListRelatedRequest.newBuilder()
                      .setDepth(depth)
                      .setNeighbours(neighbours)
                      .setMinCosine(minCosine == 0 ? Double.MIN_VALUE : minCosine) // 0: the default
                      .setFilter(filter)
                      .build());
      if (output.isPresent()) {
        GraphMl.write(found, output.get());
      }
      if (json()) {
        print(JsonLinesWriter.line(found));
      } else {
        found.getRelationsList().forEach(relation -> print(line(relation)));
        note(found.getSketchesCount() + " runs, " + found.getRelationsCount() + " relations");
        if (!found.getExact()) {
          note(
              "not exact: an index chose the runs to compare; some that are related may be missing");
        }
      }
      return 0;
    }
  }

  private static String line(Relation relation) {
    StringBuilder out =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "%s  %s  %.4f",
                GraphMl.id(relation.getLeft()),
                GraphMl.id(relation.getRight()),
                relation.getEvidence().getCosine()));
    for (SharedObject object : relation.getSharedObjectsList()) {
      out.append(
          String.format(
              Locale.ROOT,
              "  %s (%s) %.4f",
              object.getObjectId(),
              object.getModule(),
              object.getCosine()));
    }
    return out.toString();
  }
}
