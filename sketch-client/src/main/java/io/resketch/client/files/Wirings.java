package io.resketch.client.files;

import io.resketch.core.recovery.ObjectFunction;
import io.resketch.core.recovery.RecoveredNetwork;
import io.resketch.core.recovery.RecoveredNetwork.Edge;
import io.resketch.core.recovery.RecoveredNetwork.HiddenObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** The wiring of recovered networks as GraphML, and the words for it. */
public final class Wirings {
  private Wirings() {}

  /**
   * Writes a file: a node for every object with its level, number of attributes and function, an
   * edge from every input with its confidence.
   *
   * @throws InputFileException if it cannot be created at this place
   */
  public static void write(RecoveredNetwork network, Path target) throws IOException {
    try (GraphMlWriter out =
        new GraphMlWriter(
            target,
            "wiring",
            true,
            new GraphMlWriter.Key(GraphMlWriter.Of.NODE, "kind", "string"),
            new GraphMlWriter.Key(GraphMlWriter.Of.NODE, "level", "int"),
            new GraphMlWriter.Key(GraphMlWriter.Of.NODE, "attributes", "int"),
            new GraphMlWriter.Key(GraphMlWriter.Of.NODE, "function", "string"),
            new GraphMlWriter.Key(GraphMlWriter.Of.EDGE, "confidence", "double"))) {
      int inputs = network.inputSizes().size();
      for (int i = 0; i < inputs; i++) {
        out.node(
            id(network, i),
            new TreeMap<>(
                Map.of(
                    "kind",
                    "input",
                    "level",
                    "0",
                    "attributes",
                    network.inputSizes().get(i).toString())));
      }
      for (HiddenObject object : network.objects()) {
        out.node(
            object.id(),
            new TreeMap<>(
                Map.of(
                    "kind",
                    "hidden",
                    "level",
                    object.level() == 0 ? "" : Integer.toString(object.level()),
                    "attributes",
                    Integer.toString(object.columns().size()),
                    "function",
                    summary(object))));
      }
      for (HiddenObject object : network.objects()) {
        for (Edge edge : object.inputs()) {
          out.edge(
              id(network, edge.source()),
              object.id(),
              Map.of("confidence", Double.toString(edge.confidence())));
        }
      }
      out.commit();
    }
  }

  /** The name of an input object, or the id of a hidden one. */
  static String id(RecoveredNetwork network, int source) {
    int inputs = network.inputSizes().size();
    return source < inputs ? "input-" + source : network.objects().get(source - inputs).id();
  }

  /** A few words on what an object does with its inputs. */
  static String summary(HiddenObject object) {
    if (object.function().isEmpty()) {
      return "function not known";
    }
    ObjectFunction function = object.function().get();
    int attributes = function.map().length;
    return (function.kept() < attributes
            ? function.kept() + " of " + attributes + " kept"
            : attributes + " attributes")
        + (function.rectified() ? "" : ", signed")
        + (function.unit() ? ", length 1" : "");
  }
}
