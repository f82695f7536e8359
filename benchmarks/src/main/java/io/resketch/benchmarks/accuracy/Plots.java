package io.resketch.benchmarks.accuracy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.Histogram;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Plots as SVG files. */
final class Plots {
  private static final int WIDTH = 720;
  private static final int HEIGHT = 420;
  private static final int BINS = 40;

  /** A logarithmic axis has no zero. */
  private static final double LEAST_DRAWN = 1e-6;

  private Plots() {}

  /**
   * One curve per name over common x values, y logarithmic; what is exact is drawn at the bottom.
   */
  static void curves(
      Path file, String title, String xTitle, String yTitle, double[] x, Map<String, double[]> ys)
      throws IOException {
    XYChart chart = xy(title, xTitle, yTitle);
    chart.getStyler().setYAxisLogarithmic(true);
    new TreeMap<>(ys)
        .forEach(
            (name, y) -> {
              double[] drawn = Arrays.stream(y).map(v -> Math.max(v, LEAST_DRAWN)).toArray();
              chart.addSeries(name, x, drawn).setMarker(SeriesMarkers.CIRCLE);
            });
    save(chart, file);
  }

  /**
   * Shares of 1, one curve per name in the order given; a value that is not a number is left out.
   */
  static void shares(Path file, String title, String xTitle, double[] x, Map<String, double[]> ys)
      throws IOException {
    XYChart chart = xy(title, xTitle, "share recovered");
    chart.getStyler().setYAxisMin(0.0);
    chart.getStyler().setYAxisMax(1.0);
    ys.forEach((name, y) -> chart.addSeries(name, x, y).setMarker(SeriesMarkers.CIRCLE));
    save(chart, file);
  }

  /** Points in a plane, a colour per name. */
  static void points(Path file, String title, Map<String, double[][]> groups) throws IOException {
    XYChart chart = xy(title, "first component", "second component");
    chart.getStyler().setDefaultSeriesRenderStyle(XYSeriesRenderStyle.Scatter);
    chart.getStyler().setMarkerSize(5);
    new TreeMap<>(groups)
        .forEach((name, xy) -> chart.addSeries(name, xy[0], xy[1]).setMarker(SeriesMarkers.CIRCLE));
    save(chart, file);
  }

  /** Distributions of cosines over −0.2 to 1, as shares. */
  static void histogram(Path file, String title, Map<String, List<Double>> groups)
      throws IOException {
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle("cosine")
            .yAxisTitle("share of pairs")
            .build();
    chart.getStyler().setLegendPosition(LegendPosition.InsideNE);
    chart.getStyler().setOverlapped(true);
    chart.getStyler().setXAxisDecimalPattern("0.0");
    chart.getStyler().setXAxisMaxLabelCount(BINS / 4);
    new TreeMap<>(groups)
        .forEach(
            (name, values) -> {
              Histogram histogram = new Histogram(values, BINS, -0.2, 1);
              List<Double> shares =
                  histogram.getyAxisData().stream().map(y -> y / values.size()).toList();
              chart.addSeries(name, histogram.getxAxisData(), shares);
            });
    save(chart, file);
  }

  private static XYChart xy(String title, String xTitle, String yTitle) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle(xTitle)
            .yAxisTitle(yTitle)
            .build();
    chart.getStyler().setLegendPosition(LegendPosition.OutsideE);
    return chart;
  }

  private static void save(Chart<?, ?> chart, Path file) throws IOException {
    VectorGraphicsEncoder.saveVectorGraphic(chart, file.toString(), VectorGraphicsFormat.SVG);
  }
}
