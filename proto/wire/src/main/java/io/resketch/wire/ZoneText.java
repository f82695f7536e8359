package io.resketch.wire;

import io.resketch.core.InvalidInputException;
import java.time.ZoneId;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The one reader of time zones: ids of the IANA database that this JVM has rules for. */
public final class ZoneText {
  private ZoneText() {}

  /**
   * Reads an id.
   *
   * @param field what it is, for the error
   * @throws InvalidInputException naming the field, the text and what is meant, if that can be told
   */
  public static ZoneId zone(String field, String id) {
    Set<String> known = ZoneId.getAvailableZoneIds();
    if (known.contains(id)) {
      return ZoneId.of(id);
    }
    String lower = id.toLowerCase(Locale.ROOT).replace(' ', '_');
    Optional<String> meant =
        known.stream()
            .filter(
                one -> {
                  String other = one.toLowerCase(Locale.ROOT);
                  return other.equals(lower) || other.endsWith("/" + lower);
                })
            .min(String::compareTo);
    String shown = id.length() > 60 ? id.substring(0, 60) + "…" : id;
    throw new InvalidInputException(
        field,
        "\""
            + shown
            + "\" is not a time zone of the IANA database; "
            + meant
                .map(one -> "did you mean " + one + "?")
                .orElse("write an id such as Europe/Berlin, Asia/Kolkata or UTC"));
  }
}
