package io.resketch.benchmarks.accuracy;

import java.util.Locale;
import java.util.stream.DoubleStream;

/** Values over seeds, in order. */
record Percentiles(double[] sorted) {
  static Percentiles of(DoubleStream values) {
    return new Percentiles(values.sorted().toArray());
  }

  /** The value that a share {@code q} of the values does not exceed. */
  double at(double q) {
    return sorted[(int) Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
  }

  /** Median and 95th percentile. */
  String cell() {
    return number(at(0.5)) + " (" + number(at(0.95)) + ")";
  }

  static String number(double value) {
    return String.format(Locale.ROOT, value >= 10 ? "%.1f" : value >= 0.1 ? "%.2f" : "%.4f", value);
  }
}
