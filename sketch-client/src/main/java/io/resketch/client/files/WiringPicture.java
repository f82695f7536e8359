package io.resketch.client.files;

import io.resketch.core.recovery.RecoveredNetwork;
import io.resketch.core.recovery.RecoveredNetwork.Edge;
import io.resketch.core.recovery.RecoveredNetwork.HiddenObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/**
 * The wiring of a recovered network as an SVG picture: input objects at the bottom, a row for every
 * level above them, objects whose inputs are not known at the top. Edges that are less than certain
 * are thin and dashed.
 */
public final class WiringPicture {
  private static final int BOX_WIDTH = 132;
  private static final int BOX_HEIGHT = 44;
  private static final int GAP = 28;
  private static final int ROW = 132;
  private static final int LEFT = 96;
  private static final int TOP = 64;
  private static final int MARGIN = 24;
  private static final double SURE = 0.999;
  private static final String INK = "#222222";

  private final RecoveredNetwork network;
  private final List<List<Integer>> rows = new ArrayList<>();
  private final List<String> labels = new ArrayList<>();
  private final Map<Integer, double[]> places = new HashMap<>();
  private final XMLStreamWriter out;
  private int width;

  private WiringPicture(RecoveredNetwork network, XMLStreamWriter out) {
    this.network = network;
    this.out = out;
    place();
  }

  /**
   * Writes the file.
   *
   * @throws InputFileException if it cannot be created at this place
   */
  public static void write(RecoveredNetwork network, Path target) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      XMLStreamWriter out =
          XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(bytes, "UTF-8");
      new WiringPicture(network, out).draw();
      out.close();
    } catch (XMLStreamException e) {
      throw new IOException("SVG: " + e.getMessage(), e);
    }
    try (ReplacingFile file = new ReplacingFile(target)) {
      file.write(ByteBuffer.wrap(bytes.toByteArray()));
      file.commit();
    }
  }

  /** Rows from the bottom, each ordered by where its inputs are. */
  private void place() {
    int inputs = network.inputSizes().size();
    List<Integer> bottom = new ArrayList<>();
    for (int i = 0; i < inputs; i++) {
      bottom.add(i);
    }
    rows.add(bottom);
    labels.add("inputs");
    Map<Integer, List<Integer>> levels = new TreeMap<>();
    for (int o = 0; o < network.objects().size(); o++) {
      int level = network.objects().get(o).level();
      levels
          .computeIfAbsent(level == 0 ? Integer.MAX_VALUE : level, l -> new ArrayList<>())
          .add(inputs + o);
    }
    levels.forEach(
        (level, row) -> {
          rows.add(row);
          labels.add(level == Integer.MAX_VALUE ? "not known" : "level " + level);
        });
    int most = rows.stream().mapToInt(List::size).max().orElse(1);
    width = LEFT + most * (BOX_WIDTH + GAP) + MARGIN;
    for (int r = 0; r < rows.size(); r++) {
      List<Integer> row = new ArrayList<>(rows.get(r));
      row.sort(Comparator.comparingDouble(this::inputsAt));
      double first = LEFT + (most - row.size()) * (BOX_WIDTH + GAP) / 2.0 + GAP / 2.0;
      for (int k = 0; k < row.size(); k++) {
        places.put(row.get(k), new double[] {first + k * (BOX_WIDTH + GAP), y(r)});
      }
    }
  }

  private double y(int row) {
    return TOP + (rows.size() - 1 - row) * (double) ROW;
  }

  private double inputsAt(int node) {
    int inputs = network.inputSizes().size();
    return node < inputs
        ? node
        : network.objects().get(node - inputs).inputs().stream()
            .mapToDouble(edge -> places.get(edge.source())[0])
            .average()
            .orElse(node);
  }

  private void draw() throws XMLStreamException {
    int height = TOP + (rows.size() - 1) * ROW + BOX_HEIGHT + MARGIN;
    out.writeStartDocument("UTF-8", "1.0");
    out.writeStartElement("svg");
    out.writeDefaultNamespace("http://www.w3.org/2000/svg");
    attribute("viewBox", "0 0 " + width + " " + height);
    attribute("width", Integer.toString(width));
    attribute("height", Integer.toString(height));
    attribute("font-family", "sans-serif");
    attribute("role", "img");
    attribute("aria-labelledby", "title description");
    element("title", "title", "Wiring of the recovered network");
    element("desc", "description", description());
    box(0, 0, width, height, "#ffffff", "none");
    text(MARGIN, 28, "start", 15, "Wiring of the recovered network");
    text(MARGIN, 48, "start", 12, "thin and dashed: less than certain");
    for (int r = 0; r < rows.size(); r++) {
      text(MARGIN, y(r) + BOX_HEIGHT / 2.0 + 4, "start", 12, labels.get(r));
    }
    int inputs = network.inputSizes().size();
    for (int o = 0; o < network.objects().size(); o++) {
      for (Edge edge : network.objects().get(o).inputs()) {
        edge(edge, inputs + o);
      }
    }
    for (int i = 0; i < inputs; i++) {
      node(i, Wirings.id(network, i), network.inputSizes().get(i) + " attributes", "#dbe9f6");
    }
    for (int o = 0; o < network.objects().size(); o++) {
      HiddenObject object = network.objects().get(o);
      node(
          inputs + o,
          object.id(),
          Wirings.summary(object),
          object.function().isPresent() ? "#fdf0d5" : "#f6d5d5");
    }
    out.writeEndDocument();
  }

  private String description() {
    List<String> lines = new ArrayList<>();
    for (HiddenObject object : network.objects()) {
      lines.add(
          object.id()
              + (object.inputs().isEmpty()
                  ? ": inputs not known"
                  : " from "
                      + String.join(
                          ", ",
                          object.inputs().stream()
                              .map(edge -> Wirings.id(network, edge.source()))
                              .toList())));
    }
    return String.join("; ", lines);
  }

  private void edge(Edge edge, int target) throws XMLStreamException {
    double[] from = places.get(edge.source());
    double[] to = places.get(target);
    double x1 = from[0] + BOX_WIDTH / 2.0;
    double y1 = from[1];
    double x2 = to[0] + BOX_WIDTH / 2.0;
    double y2 = to[1] + BOX_HEIGHT;
    double bend = (y1 - y2) / 2;
    boolean sure = edge.confidence() >= SURE;
    out.writeStartElement("path");
    attribute(
        "d",
        String.format(
            Locale.ROOT,
            "M%.1f,%.1f C%.1f,%.1f %.1f,%.1f %.1f,%.1f",
            x1,
            y1,
            x1,
            y1 - bend,
            x2,
            y2 + bend,
            x2,
            y2));
    attribute("fill", "none");
    attribute("stroke", "#555555");
    attribute(
        "stroke-width", String.format(Locale.ROOT, "%.2f", sure ? 2 : 0.5 + edge.confidence()));
    if (!sure) {
      attribute("stroke-dasharray", "5 3");
    }
    element(
        "title",
        "",
        String.format(
            Locale.ROOT,
            "%s to %s, confidence %.4f",
            Wirings.id(network, edge.source()),
            Wirings.id(network, target),
            edge.confidence()));
    out.writeEndElement();
  }

  private void node(int node, String name, String below, String fill) throws XMLStreamException {
    double[] at = places.get(node);
    box(at[0], at[1], BOX_WIDTH, BOX_HEIGHT, fill, "#777777");
    text(at[0] + BOX_WIDTH / 2.0, at[1] + 18, "middle", 13, name);
    text(at[0] + BOX_WIDTH / 2.0, at[1] + 35, "middle", 10, below);
  }

  private void box(double x, double y, double w, double h, String fill, String stroke)
      throws XMLStreamException {
    out.writeEmptyElement("rect");
    attribute("x", number(x));
    attribute("y", number(y));
    attribute("width", number(w));
    attribute("height", number(h));
    attribute("fill", fill);
    attribute("stroke", stroke);
  }

  private void text(double x, double y, String anchor, int size, String content)
      throws XMLStreamException {
    out.writeStartElement("text");
    attribute("x", number(x));
    attribute("y", number(y));
    attribute("text-anchor", anchor);
    attribute("font-size", Integer.toString(size));
    attribute("fill", INK);
    out.writeCharacters(content);
    out.writeEndElement();
  }

  private void element(String name, String id, String content) throws XMLStreamException {
    out.writeStartElement(name);
    if (!id.isEmpty()) {
      attribute("id", id);
    }
    out.writeCharacters(content);
    out.writeEndElement();
  }

  private void attribute(String name, String value) throws XMLStreamException {
    out.writeAttribute(name, value);
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.1f", value);
  }
}
