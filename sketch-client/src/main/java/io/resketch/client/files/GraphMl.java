package io.resketch.client.files;

import com.google.protobuf.util.Timestamps;
import io.resketch.v1.ListRelatedResponse;
import io.resketch.v1.PairContribution;
import io.resketch.v1.Relation;
import io.resketch.v1.SketchRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Related sketches as GraphML. */
public final class GraphMl {
  private GraphMl() {}

  /** The last part of a sketch's name. */
  public static String id(String name) {
    return name.substring(name.lastIndexOf('/') + 1);
  }

  /**
   * Writes a file: a node per sketch with its time and labels, an edge per relation with the
   * cosine, the objects shared and the strongest pairs.
   *
   * @throws InputFileException if it cannot be created at this place
   */
  public static void write(ListRelatedResponse graph, Path target) throws IOException {
    try (GraphMlWriter out =
        new GraphMlWriter(
            target,
            "related",
            false,
            new GraphMlWriter.Key(GraphMlWriter.Of.NODE, "time", "string"),
            new GraphMlWriter.Key(GraphMlWriter.Of.NODE, "labels", "string"),
            new GraphMlWriter.Key(GraphMlWriter.Of.EDGE, "cosine", "double"),
            new GraphMlWriter.Key(GraphMlWriter.Of.EDGE, "shared", "string"),
            new GraphMlWriter.Key(GraphMlWriter.Of.EDGE, "pairs", "string"))) {
      for (SketchRecord record : graph.getSketchesList()) {
        node(out, record);
      }
      for (Relation relation : graph.getRelationsList()) {
        edge(out, relation);
      }
      out.commit();
    }
  }

  private static void node(GraphMlWriter out, SketchRecord record) throws IOException {
    Map<String, String> data = new LinkedHashMap<>();
    if (record.hasTime()) {
      data.put("time", Timestamps.toString(record.getTime()));
    }
    data.put(
        "labels",
        record.getLabelsMap().entrySet().stream()
            .map(label -> label.getKey() + "=" + label.getValue())
            .sorted()
            .collect(Collectors.joining("; ")));
    out.node(id(record.getName()), data);
  }

  private static void edge(GraphMlWriter out, Relation relation) throws IOException {
    Map<String, String> data = new LinkedHashMap<>();
    data.put("cosine", Double.toString(relation.getEvidence().getCosine()));
    data.put(
        "shared",
        relation.getSharedObjectsList().stream()
            .map(
                object ->
                    String.format(
                        Locale.ROOT,
                        "%s (%s) %.4f",
                        object.getObjectId(),
                        object.getModule(),
                        object.getCosine()))
            .collect(Collectors.joining("; ")));
    data.put(
        "pairs",
        relation.getEvidence().getObjects().getPairsList().stream()
            .map(GraphMl::pair)
            .collect(Collectors.joining("; ")));
    out.edge(id(relation.getLeft()), id(relation.getRight()), data);
  }

  private static String pair(PairContribution pair) {
    return String.format(
        Locale.ROOT,
        "%s (%s) with %s (%s) %+.4f",
        pair.getLeftObjectId(),
        pair.getLeftModule(),
        pair.getRightObjectId(),
        pair.getRightModule(),
        pair.getContribution());
  }
}
