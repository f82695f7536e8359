package io.resketch.client.cli;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Whether arguments are what the user wrote. A JVM decodes them in the encoding of the locale it
 * was started in, so that without a locale in UTF-8 a name that is not ASCII becomes another one.
 */
final class Arguments {
  private static final Set<String> UTF_8 = Set.of("utf-8", "utf8");
  private static final String REMEDY =
      "; start the command by the script resketch, or with LC_ALL=C.UTF-8";

  private Arguments() {}

  /**
   * The first argument that may not be what was written, and the remedy.
   *
   * @param encoding in which the JVM took the arguments
   */
  static Optional<String> fault(String encoding, String... args) {
    boolean utf8 = UTF_8.contains(encoding.toLowerCase(Locale.ROOT));
    for (int i = 0; i < args.length; i++) {
      String argument = "argument " + (i + 1) + ", '" + args[i] + "', ";
      if (args[i].indexOf('\uFFFD') >= 0) {
        return Optional.of(
            argument
                + (utf8
                    ? "is not UTF-8 text; write it in UTF-8"
                    : "was not read as UTF-8" + REMEDY));
      }
      if (!utf8 && args[i].chars().anyMatch(c -> c > 127)) {
        return Optional.of(argument + "was read as " + encoding + " and not as UTF-8" + REMEDY);
      }
    }
    return Optional.empty();
  }
}
