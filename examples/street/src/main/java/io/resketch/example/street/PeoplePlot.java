package io.resketch.example.street;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Persons over time as an SVG picture: the truth as steps, the sketches' answer with its interval.
 */
final class PeoplePlot {
  private static final int WIDTH = 960;
  private static final int HEIGHT = 360;
  private static final int LEFT = 56;
  private static final int RIGHT = 16;
  private static final int TOP = 56;
  private static final int BOTTOM = 44;

  private final List<Counts.Answer> persons;
  private final double seconds;
  private final int max;

  private PeoplePlot(List<Counts.Answer> persons, double seconds) {
    this.persons = persons;
    this.seconds = seconds;
    double top = 1;
    for (Counts.Answer a : persons) {
      top = Math.max(top, Math.max((double) a.truth(), a.estimate() + 1.96 * a.standardError()));
    }
    this.max = (int) Math.ceil(top);
  }

  /**
   * Draws the picture.
   *
   * @param persons one answer a frame
   * @param seconds length of the video
   */
  static String draw(List<Counts.Answer> persons, double seconds, String title) {
    return new PeoplePlot(persons, seconds).svg(title);
  }

  private double x(double frame) {
    return LEFT + frame / persons.size() * (WIDTH - LEFT - RIGHT);
  }

  private double y(double count) {
    return HEIGHT - BOTTOM - count / max * (HEIGHT - TOP - BOTTOM);
  }

  private static String at(double x, double y) {
    return String.format(Locale.ROOT, "%.1f,%.1f", x, y);
  }

  private String svg(String title) {
    List<String> truth = new ArrayList<>();
    List<String> sketch = new ArrayList<>();
    List<String> band = new ArrayList<>();
    for (int i = 0; i < persons.size(); i++) {
      Counts.Answer a = persons.get(i);
      truth.add(at(x(i), y((double) a.truth())));
      truth.add(at(x(i + 1), y((double) a.truth())));
      sketch.add(at(x(i + 0.5), y(a.estimate())));
      band.add(at(x(i + 0.5), y(a.estimate() + 1.96 * a.standardError())));
    }
    for (int i = persons.size() - 1; i >= 0; i--) {
      Counts.Answer a = persons.get(i);
      band.add(at(x(i + 0.5), y(Math.max(0, a.estimate() - 1.96 * a.standardError()))));
    }
    StringBuilder out = new StringBuilder();
    out.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\""
                + " font-family=\"sans-serif\" font-size=\"12\">%n"
                + "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>%n",
            WIDTH,
            HEIGHT,
            WIDTH,
            HEIGHT));
    text(out, LEFT, 22, "start", 15, title);
    legend(out);
    int step = Math.max(1, max / 6);
    for (int count = 0; count <= max; count += step) {
      out.append(
          String.format(
              Locale.ROOT,
              "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#e2e2e2\"/>%n",
              LEFT,
              WIDTH - RIGHT,
              y(count),
              y(count)));
      text(out, LEFT - 8, y(count) + 4, "end", 12, Integer.toString(count));
    }
    for (int second = 0; second <= seconds; second += 10) {
      text(
          out,
          LEFT + second / seconds * (WIDTH - LEFT - RIGHT),
          HEIGHT - BOTTOM + 18,
          "middle",
          12,
          second + " s");
    }
    text(out, LEFT, HEIGHT - 8, "start", 12, "seconds into the video; persons in each frame");
    out.append("<polygon fill=\"#1f77b4\" fill-opacity=\"0.22\" points=\"")
        .append(String.join(" ", band))
        .append("\"/>\n");
    line(out, truth, "#222222", "1.2");
    line(out, sketch, "#1f77b4", "1.8");
    return out.append("</svg>\n").toString();
  }

  private static void legend(StringBuilder out) {
    out.append(
        "<line x1=\"56\" x2=\"80\" y1=\"38\" y2=\"38\" stroke=\"#222222\"/>\n"
            + "<rect x=\"220\" y=\"32\" width=\"24\" height=\"12\" fill=\"#1f77b4\""
            + " fill-opacity=\"0.22\"/>\n"
            + "<line x1=\"220\" x2=\"244\" y1=\"38\" y2=\"38\" stroke=\"#1f77b4\""
            + " stroke-width=\"1.8\"/>\n");
    text(out, 86, 42, "start", 12, "truth: the detector");
    text(out, 250, 42, "start", 12, "from the sketch alone, with its 95 % interval");
  }

  private static void line(StringBuilder out, List<String> points, String colour, String width) {
    out.append(
        String.format(
            Locale.ROOT,
            "<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"%s\" points=\"%s\"/>%n",
            colour,
            width,
            String.join(" ", points)));
  }

  private static void text(
      StringBuilder out, double x, double y, String anchor, int size, String content) {
    out.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" font-size=\"%d\""
                + " fill=\"#222222\">%s</text>%n",
            x,
            y,
            anchor,
            size,
            content));
  }
}
