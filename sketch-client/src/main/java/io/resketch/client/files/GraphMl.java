package io.resketch.client.files;

import com.google.protobuf.util.Timestamps;
import io.resketch.v1.ListRelatedResponse;
import io.resketch.v1.PairContribution;
import io.resketch.v1.Relation;
import io.resketch.v1.SketchRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Collectors;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** Related sketches as GraphML (graphml.graphdrawing.org), which graph tools read. */
public final class GraphMl {
  private static final String NAMESPACE = "http://graphml.graphdrawing.org/xmlns";

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
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      XMLStreamWriter out =
          XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(bytes, "UTF-8");
      out.writeStartDocument("UTF-8", "1.0");
      out.writeStartElement("graphml");
      out.writeDefaultNamespace(NAMESPACE);
      key(out, "node", "time", "string");
      key(out, "node", "labels", "string");
      key(out, "edge", "cosine", "double");
      key(out, "edge", "shared", "string");
      key(out, "edge", "pairs", "string");
      out.writeStartElement("graph");
      out.writeAttribute("id", "related");
      out.writeAttribute("edgedefault", "undirected");
      for (SketchRecord record : graph.getSketchesList()) {
        node(out, record);
      }
      for (Relation relation : graph.getRelationsList()) {
        edge(out, relation);
      }
      out.writeEndDocument();
      out.close();
    } catch (XMLStreamException e) {
      throw new IOException("GraphML: " + e.getMessage(), e);
    }
    try (ReplacingFile file = new ReplacingFile(target)) {
      file.write(ByteBuffer.wrap(bytes.toByteArray()));
      file.commit();
    }
  }

  private static void key(XMLStreamWriter out, String of, String name, String type)
      throws XMLStreamException {
    out.writeEmptyElement("key");
    out.writeAttribute("id", name);
    out.writeAttribute("for", of);
    out.writeAttribute("attr.name", name);
    out.writeAttribute("attr.type", type);
  }

  private static void node(XMLStreamWriter out, SketchRecord record) throws XMLStreamException {
    out.writeStartElement("node");
    out.writeAttribute("id", id(record.getName()));
    if (record.hasTime()) {
      data(out, "time", Timestamps.toString(record.getTime()));
    }
    if (record.getLabelsCount() > 0) {
      data(
          out,
          "labels",
          record.getLabelsMap().entrySet().stream()
              .map(label -> label.getKey() + "=" + label.getValue())
              .sorted()
              .collect(Collectors.joining("; ")));
    }
    out.writeEndElement();
  }

  private static void edge(XMLStreamWriter out, Relation relation) throws XMLStreamException {
    out.writeStartElement("edge");
    out.writeAttribute("source", id(relation.getLeft()));
    out.writeAttribute("target", id(relation.getRight()));
    data(out, "cosine", Double.toString(relation.getEvidence().getCosine()));
    data(
        out,
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
    data(
        out,
        "pairs",
        relation.getEvidence().getObjects().getPairsList().stream()
            .map(GraphMl::pair)
            .collect(Collectors.joining("; ")));
    out.writeEndElement();
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

  private static void data(XMLStreamWriter out, String key, String value)
      throws XMLStreamException {
    if (!value.isEmpty()) {
      out.writeStartElement("data");
      out.writeAttribute("key", key);
      // XML 1.0 has no form for control characters, which a label may hold.
      out.writeCharacters(value.replaceAll("[\\p{Cntrl}\\uFFFE\\uFFFF]", "\uFFFD"));
      out.writeEndElement();
    }
  }
}
