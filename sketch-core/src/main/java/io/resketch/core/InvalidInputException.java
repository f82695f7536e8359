package io.resketch.core;

/**
 * An argument breaks a stated rule. The message names the field, the value and the remedy.
 *
 * <p>Nothing was computed or stored.
 */
public final class InvalidInputException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final String field;

  /**
   * A violation of a rule on a field.
   *
   * @param field path of the offending field, such as {@code objects[cat1].inputs}
   * @param description value, rule and remedy, without the field
   */
  public InvalidInputException(String field, String description) {
    super(field + ": " + description);
    this.field = field;
  }

  /** Path of the offending field. */
  public String field() {
    return field;
  }
}
