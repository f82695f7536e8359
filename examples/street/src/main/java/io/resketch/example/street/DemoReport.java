package io.resketch.example.street;

import io.resketch.example.street.DemoResult.AnswerFigures;
import io.resketch.example.street.DemoResult.ErasureFigures;
import io.resketch.example.street.DemoResult.IntervalFigures;
import io.resketch.example.street.DemoResult.MomentFigures;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The answers as text, each with the truth beside it and with where it came from. */
final class DemoReport {
  private static final String SKETCH = "   [from the sketch alone]";
  private static final String SKELETON = "   [from sketch and skeleton]";

  private final PrintWriter out;

  DemoReport(PrintWriter out) {
    this.out = out;
  }

  void print(DemoResult r, Frame chosen, List<Boxes.Person> boxes) {
    line("");
    line("The truth in all that follows is what the detector itself saw in the frames.");
    title("How many people were there?" + SKETCH);
    line("  interval       frames   people per frame: sketch         truth");
    for (IntervalFigures i : r.intervals) {
      line(
          "  %3.0f s – %3.0f s  %6d   %8.2f ± %.2f  %19.2f",
          i.startSeconds(),
          i.startSeconds() + Demo.INTERVAL.toSeconds(),
          i.frames(),
          i.persons().estimate() / i.frames(),
          1.96 * i.persons().standardError() / i.frames(),
          (double) i.persons().truth() / i.frames());
    }
    line(
        "  single frames: exactly right in %.1f %%, mean error %.3f people,"
            + " 95 %% intervals hold the truth in %.1f %%",
        100 * r.countExactFraction, r.personCountMae, 100 * r.countIntervalCoverage);
    title("In how many frames did each of the other classes appear?" + SKETCH);
    line("  sketch: %s", frames(r.classesFound));
    line("  truth:  %s", frames(r.classesTrue));
    title("The busiest and the emptiest moment?" + SKETCH);
    moment("busiest", r.busiest);
    moment("emptiest", r.emptiest);
    title("Frames most like " + chosen.id() + "?" + SKETCH);
    line("  sketch: %s", names(r.similarToChosen));
    line("  exact:  %s", names(r.similarToChosenExact));
    line(
        "  over all frames, recall@10 is %.3f against exact features (%.3f against features blind"
            + " to the order of objects)",
        r.similarRecallAt10, r.similarRecallAt10Unordered);
    title("Where did each person stand in " + chosen.id() + "?" + SKELETON);
    line("  left, top, right, bottom in pixels       truth");
    for (Boxes.Person p : boxes) {
      line("  %s   %s", box(p.decoded()), box(p.truth()));
    }
    line(
        "  %d boxes of %d frames: median error %s px, 90 %% below %s px",
        r.boxCount, r.boxFrames, pixels(r.boxErrorPxMedian), pixels(r.boxErrorPxP90));
    erasure(r);
    title("One summed sketch of the whole video: how often did each class occur in all?" + SKETCH);
    line("  %-14s %22s %8s", "module", "sketch", "truth");
    for (Map.Entry<String, AnswerFigures> total : r.rollupTotals.entrySet()) {
      AnswerFigures a = total.getValue();
      line(
          "  %-14s %14.1f ± %5.1f %8d",
          total.getKey(), a.estimate(), 1.96 * a.standardError(), a.truth());
    }
    line(
        "  number of persons off by %.2f %%, from %d bytes",
        100 * r.rollupRelativeError, r.bytesPerSketch);
    title("What does it cost?");
    line("  sketch        %,9d bytes per frame", r.bytesPerSketch);
    line(
        "  skeleton      %,9d bytes per frame, needed by the question about boxes only",
        r.bytesPerSkeleton);
    line(
        "  activations   %,9d bytes per frame that they summarise: %.0f times as much",
        r.bytesOfActivations, r.compression);
    line(
        "  %d frames in %.1f s (detector %.1f s, storing %.1f s, questions %.1f s)",
        r.frames, r.seconds, r.detectorSeconds, r.putSeconds, r.questionSeconds);
    for (String problem : r.frameProblems) {
      line("  note: %s", problem);
    }
    line("");
    line("People over time, truth against sketch: %s", r.picture);
    out.flush();
  }

  private void erasure(DemoResult r) {
    title("The same after erasing the end of every sketch?");
    line(
        "  kept    bytes   counts exact   mean error   intervals hold   recall@10   boxes px   total off");
    row(
        1,
        r.bytesPerSketch,
        r.countExactFraction,
        r.personCountMae,
        r.countIntervalCoverage,
        r.similarRecallAt10,
        r.boxErrorPxMedian,
        r.rollupRelativeError);
    for (ErasureFigures e : r.erasure) {
      row(
          e.kept(),
          e.bytesPerSketch(),
          e.countExactFraction(),
          e.personCountMae(),
          e.countIntervalCoverage(),
          e.similarRecallAt10(),
          e.boxErrorPxMedian(),
          e.rollupRelativeError());
    }
    for (ErasureFigures e : r.erasure) {
      line(
          "  classes seen in the %.0f %% kept: %s",
          100 * e.kept(), String.join(", ", e.classesFound()));
    }
  }

  private void row(
      double kept,
      long bytes,
      double exact,
      double error,
      double coverage,
      double recall,
      Double boxes,
      double total) {
    line(
        "  %3.0f %%  %6d   %10.1f %%   %10.3f   %12.1f %%   %9.3f   %8s   %7.2f %%",
        100 * kept, bytes, 100 * exact, error, 100 * coverage, recall, pixels(boxes), 100 * total);
  }

  private void moment(String what, MomentFigures m) {
    line(
        "  %-8s %s with %.2f ± %.2f people; truth there %d, true extreme %d",
        what,
        m.frame(),
        m.persons().estimate(),
        1.96 * m.persons().standardError(),
        m.persons().truth(),
        m.trueExtreme());
  }

  private static String pixels(Double value) {
    return value == null ? "–" : String.format(Locale.ROOT, "%.2f", value);
  }

  private static String frames(Map<String, Long> classes) {
    StringBuilder text = new StringBuilder();
    new TreeMap<>(classes)
        .forEach(
            (name, count) ->
                text.append(text.isEmpty() ? "" : ", ").append(name).append(' ').append(count));
    return text.isEmpty() ? "none" : text.toString();
  }

  private static String names(List<String> ids) {
    return String.join(" ", ids.stream().map(id -> id.replace("frame-", "")).toList());
  }

  private static String box(float[] b) {
    return String.format(Locale.ROOT, "%7.1f %7.1f %7.1f %7.1f", b[0], b[1], b[2], b[3]);
  }

  private void title(String text) {
    line("");
    line("%s", text);
  }

  private void line(String format, Object... arguments) {
    out.println(String.format(Locale.ROOT, format, arguments));
  }
}
