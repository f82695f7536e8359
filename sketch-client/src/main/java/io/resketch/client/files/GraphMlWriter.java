package io.resketch.client.files;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * Writes a graph as GraphML (graphml.graphdrawing.org), which graph tools read. The file appears on
 * {@link #commit}. Not thread-safe.
 */
public final class GraphMlWriter implements Closeable {
  private static final String NAMESPACE = "http://graphml.graphdrawing.org/xmlns";

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final Path target;
  private final XMLStreamWriter out;

  /** What a key belongs to, in the words of the format. */
  public enum Of {
    NODE,
    EDGE
  }

  /**
   * A value that nodes or edges have.
   *
   * @param type in the words of the format, such as {@code string}, {@code int} or {@code double}
   */
  public record Key(Of of, String name, String type) {}

  /** Begins a graph. */
  public GraphMlWriter(Path target, String id, boolean directed, Key... keys) throws IOException {
    this.target = target;
    try {
      out = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(bytes, "UTF-8");
      out.writeStartDocument("UTF-8", "1.0");
      out.writeStartElement("graphml");
      out.writeDefaultNamespace(NAMESPACE);
      for (Key key : keys) {
        out.writeEmptyElement("key");
        out.writeAttribute("id", key.name());
        out.writeAttribute("for", key.of() == Of.NODE ? "node" : "edge");
        out.writeAttribute("attr.name", key.name());
        out.writeAttribute("attr.type", key.type());
      }
      out.writeStartElement("graph");
      out.writeAttribute("id", id);
      out.writeAttribute("edgedefault", directed ? "directed" : "undirected");
    } catch (XMLStreamException e) {
      throw fault(e);
    }
  }

  /** Adds a node. */
  public void node(String id, Map<String, String> data) throws IOException {
    try {
      out.writeStartElement("node");
      out.writeAttribute("id", id);
      data(data);
      out.writeEndElement();
    } catch (XMLStreamException e) {
      throw fault(e);
    }
  }

  /** Adds an edge. */
  public void edge(String source, String target, Map<String, String> data) throws IOException {
    try {
      out.writeStartElement("edge");
      out.writeAttribute("source", source);
      out.writeAttribute("target", target);
      data(data);
      out.writeEndElement();
    } catch (XMLStreamException e) {
      throw fault(e);
    }
  }

  private void data(Map<String, String> data) throws XMLStreamException {
    for (Map.Entry<String, String> entry : data.entrySet()) {
      if (!entry.getValue().isEmpty()) {
        out.writeStartElement("data");
        out.writeAttribute("key", entry.getKey());
        // XML 1.0 has no form for control characters, which a label may hold.
        out.writeCharacters(entry.getValue().replaceAll("[\\p{Cntrl}\\uFFFE\\uFFFF]", "\uFFFD"));
        out.writeEndElement();
      }
    }
  }

  /**
   * Completes the graph and puts the file in its place.
   *
   * @throws InputFileException if it cannot be created at this place
   */
  public void commit() throws IOException {
    try {
      out.writeEndDocument();
      out.flush();
    } catch (XMLStreamException e) {
      throw fault(e);
    }
    try (ReplacingFile file = new ReplacingFile(target)) {
      file.write(ByteBuffer.wrap(bytes.toByteArray()));
      file.commit();
    }
  }

  @Override
  public void close() throws IOException {
    try {
      out.close();
    } catch (XMLStreamException e) {
      throw fault(e);
    }
  }

  private static IOException fault(XMLStreamException e) {
    return new IOException("GraphML: " + e.getMessage(), e);
  }
}
