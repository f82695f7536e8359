package io.resketch.benchmarks.accuracy;

import io.resketch.core.stats.Estimate;
import java.util.Locale;

/** Intervals that hold, of all, and questions answered, of all asked. */
final class Tally {
  /** Of fewer answers no share is told: its own standard error is above one per cent. */
  private static final int MIN_ANSWERS = 400;

  private static final double LEAST = 93;
  private static final double MOST = 97;

  private int asked;
  private int answered;
  private int held;

  void add(Estimate estimate, double truth) {
    asked++;
    answered += estimate.determined() ? 1 : 0;
    held += estimate.covers(truth) ? 1 : 0;
  }

  /** Counts an answer that is right or wrong as one whose interval holds or does not. */
  void add(boolean determined, boolean right) {
    asked++;
    answered += determined ? 1 : 0;
    held += determined && right ? 1 : 0;
  }

  Tally plus(Tally other) {
    Tally out = new Tally();
    out.asked = asked + other.asked;
    out.answered = answered + other.answered;
    out.held = held + other.held;
    return out;
  }

  /** Per cent of the answers that hold and, if some are missing, of the questions answered. */
  String cell() {
    if (asked == 0) {
      return "–";
    }
    String value = answered < MIN_ANSWERS ? "–" : String.format(Locale.ROOT, "%.1f", held());
    double share = 100.0 * answered / asked;
    return share >= 99.5 ? value : String.format(Locale.ROOT, "%s (%.0f)", value, share);
  }

  /** The cell of a 95 % interval: bold unless 93 to 97 % hold. */
  String coverage() {
    double held = Math.round(10 * held()) / 10.0; // as printed
    boolean asStated = answered < MIN_ANSWERS || (held >= LEAST && held <= MOST);
    return asStated ? cell() : "**" + cell() + "**";
  }

  private double held() {
    return 100.0 * held / answered;
  }
}
