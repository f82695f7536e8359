package io.resketch.benchmarks.accuracy;

import io.resketch.benchmarks.recovery.Score;
import io.resketch.benchmarks.recovery.Shape;
import io.resketch.benchmarks.recovery.Storage;
import io.resketch.benchmarks.recovery.Trial;
import io.resketch.core.recovery.DataParallel;
import io.resketch.core.sketch.Encoding;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * How well small networks are recovered from their sketches, against the number of pairs, the
 * number of columns, the sparsity of attributes, and noise.
 */
final class RecoveryCurves implements Part {
  /** Networks a point, at most: a network takes seconds to minutes. */
  private static final int MAX_NETWORKS = 3;

  private static final Shape SHAPE = new Shape(2, List.of(2, 2), 2048);
  private static final int NONZERO = 4;
  private static final int PAIRS = 40;
  private static final String HEADER =
      " | to 1 % | 1–30 % | 30–60 % | above | false | edges | false | complete"
          + " | predicted | refused |";

  /** One place on a curve; {@code trial} has the first seed. */
  private record Point(String label, double x, Trial trial) {
    List<Trial> trials(int networks) {
      return IntStream.rangeClosed(1, networks)
          .mapToObj(
              seed ->
                  new Trial(
                      trial.shape(),
                      trial.nonzero(),
                      trial.pairsPerColumn(),
                      trial.storage(),
                      seed))
          .toList();
    }
  }

  /**
   * Networks against one number.
   *
   * @param name of the number
   * @param axis what x is
   */
  private record Curve(String name, String axis, List<Point> points) {}

  /** All scores of a point. */
  private record Scores(Point point, List<Score> of) {
    Score.Share columns(double from, double to) {
      return of.stream()
          .map(score -> score.columns(from, to))
          .reduce(new Score.Share(0, 0), Score.Share::plus);
    }

    Score.Share edges() {
      return of.stream().map(Score::edgesFound).reduce(new Score.Share(0, 0), Score.Share::plus);
    }

    Score.Share complete() {
      return new Score.Share((int) of.stream().filter(Score::complete).count(), of.size());
    }

    String row() {
      return String.format(
          Locale.ROOT,
          "| %s | %s | %s | %s | %s | %d | %s | %d | %s | %s | %d |",
          point.label(),
          cell(columns(0, 0.01)),
          cell(columns(0.01, 0.3)),
          cell(columns(0.3, 0.6)),
          cell(columns(0.6, 1)),
          of.stream().mapToInt(Score::falseColumns).sum(),
          edges(),
          of.stream().mapToInt(Score::falseEdges).sum(),
          complete(),
          predicted(),
          of.stream().filter(Score::isRefused).count());
    }

    /** Networks of which sketches are predicted, and the greatest error of these. */
    private String predicted() {
      double[] errors =
          of.stream().flatMapToDouble(score -> score.predicted().stream()).sorted().toArray();
      return errors.length == 0
          ? "0"
          : String.format(Locale.ROOT, "%d, %.0e", errors.length, errors[errors.length - 1]);
    }

    private static String cell(Score.Share share) {
      return share.all() == 0 ? "–" : share.toString();
    }
  }

  @Override
  public String name() {
    return "recovery";
  }

  @Override
  public List<String> run(int seeds, Path plots) throws IOException {
    int networks = Math.min(seeds, MAX_NETWORKS);
    List<Curve> curves = List.of(pairs(), columns(), sparsity(), noise());
    Map<Trial, Score> scores =
        curves.stream()
            .flatMap(curve -> curve.points().stream())
            .flatMap(point -> point.trials(networks).stream())
            .distinct()
            .toList()
            .parallelStream()
            .map(trial -> trial.run(DataParallel.serial()))
            .collect(Collectors.toMap(Score::trial, score -> score));
    List<String> out = new ArrayList<>();
    for (Curve curve : curves) {
      List<Scores> measured =
          curve.points().stream()
              .map(
                  point ->
                      new Scores(point, point.trials(networks).stream().map(scores::get).toList()))
              .toList();
      out.add("");
      out.add("| " + curve.name() + HEADER);
      out.add("|" + " --- |".repeat(11));
      measured.forEach(s -> out.add(s.row()));
      plot(plots.resolve("recovery-" + curve.name() + ".svg"), curve, measured);
    }
    return out.subList(1, out.size());
  }

  private static Curve pairs() {
    return new Curve(
        "pairs",
        "pairs for every column, N/n",
        IntStream.of(5, 10, 15, 20, 30, 40, 60)
            .mapToObj(
                pairs ->
                    new Point(
                        "" + pairs, pairs, new Trial(SHAPE, NONZERO, pairs, Storage.EXACT, 1)))
            .toList());
  }

  private static Curve columns() {
    return new Curve(
        "columns",
        "columns n",
        List.of(
                new Shape(2, List.of(1, 1), 2048),
                SHAPE,
                new Shape(3, List.of(3, 2), 2048),
                new Shape(4, List.of(4, 3), 2048))
            .stream()
            .map(shape -> new Point("" + shape.columns(), shape.columns(), new Trial(shape, 1)))
            .toList());
  }

  private static Curve sparsity() {
    return new Curve(
        "sparsity",
        "attributes above 0, of 16",
        IntStream.of(1, 2, 3, 4, 6, 8)
            .mapToObj(k -> new Point("" + k, k, new Trial(SHAPE, k, PAIRS, Storage.EXACT, 1)))
            .toList());
  }

  private static Curve noise() {
    List<Point> points = new ArrayList<>();
    for (int power = -6; power <= -2; power++) {
      points.add(noisy("1e" + power, power, Storage.noisy(Math.pow(10, power))));
    }
    points.add(noisy("F32", Double.NaN, Storage.EXACT));
    points.add(noisy("BF16", Double.NaN, Storage.encoded(Encoding.BF16)));
    points.add(noisy("I8_BLOCK", Double.NaN, Storage.encoded(Encoding.I8_BLOCK)));
    return new Curve("noise", "log₁₀ of the noise, of the sketch's length", points);
  }

  /** The encodings have no x: the table has them, and not the plot. */
  private static Point noisy(String label, double x, Storage storage) {
    return new Point(label, x, new Trial(SHAPE, NONZERO, PAIRS, storage, 1));
  }

  private static void plot(Path file, Curve curve, List<Scores> measured) throws IOException {
    List<Scores> drawn = measured.stream().filter(s -> !Double.isNaN(s.point().x())).toList();
    Map<String, double[]> curves = new LinkedHashMap<>();
    curves.put("columns, active in 1–30 %", shares(drawn, s -> s.columns(0.01, 0.3).value()));
    curves.put("columns, 30–60 %", shares(drawn, s -> s.columns(0.3, 0.6).value()));
    curves.put("columns, above 60 %", shares(drawn, s -> s.columns(0.6, 1).value()));
    curves.put("edges", shares(drawn, s -> s.edges().value()));
    curves.put("complete networks", shares(drawn, s -> s.complete().value()));
    Plots.shares(
        file,
        "Recovery",
        curve.axis(),
        drawn.stream().mapToDouble(s -> s.point().x()).toArray(),
        curves);
  }

  private static double[] shares(List<Scores> points, ToDoubleFunction<Scores> share) {
    return points.stream().mapToDouble(share).toArray();
  }
}
