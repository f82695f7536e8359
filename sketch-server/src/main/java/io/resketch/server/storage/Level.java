package io.resketch.server.storage;

/** What a roll-up is over. */
public enum Level {
  /** One hour. */
  HOUR(1),
  /** One day, UTC. */
  DAY(2),
  /** One hour of the week, Monday 0:00 UTC being 0, in one month, UTC. */
  MONTH_HOUR(3),
  /** One hour, by the values of a label. */
  LABEL_HOUR(4),
  /** One day, UTC, by the values of a label. */
  LABEL_DAY(5);

  private final byte code;

  Level(int code) {
    this.code = (byte) code;
  }

  /** Part of the format. */
  byte code() {
    return code;
  }
}
