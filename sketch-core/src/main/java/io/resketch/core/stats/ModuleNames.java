package io.resketch.core.stats;

import io.resketch.core.InvalidInputException;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Names of modules that are asked for, against those that are known. */
public final class ModuleNames {
  /** More letters in a hundred that differ are another word. */
  private static final int MOST_DIFFERENT = 40;

  private ModuleNames() {}

  /**
   * Refuses a name that nothing known has: an estimate of it would be 0 with an error, which reads
   * as if it had been looked for.
   *
   * @param where what knows the modules, such as "this collection"
   * @throws InvalidInputException naming the first unknown module and the known one that is spelled
   *     most like it
   */
  public static void requireKnown(List<String> asked, Collection<String> known, String where) {
    for (String name : asked) {
      if (!known.contains(name)) {
        throw new InvalidInputException("modules", unknown(name, known, where));
      }
    }
  }

  private static String unknown(String name, Collection<String> known, String where) {
    String text = "unknown module '" + name + "': no object of it is in " + where;
    if (known.isEmpty()) {
      return text + ", nor of any other module yet";
    }
    return known.stream()
        .min(Comparator.comparingInt(other -> distance(name, other)))
        .filter(other -> 100 * distance(name, other) <= MOST_DIFFERENT * other.length())
        .map(other -> text + " (did you mean '" + other + "'?)")
        .orElse(text + "; it has objects of " + some(known));
  }

  private static String some(Collection<String> known) {
    List<String> first = known.stream().sorted().limit(5).toList();
    return String.join(", ", first) + (known.size() > first.size() ? ", …" : "");
  }

  /**
   * Number of letters to insert, leave out, change or swap with the next (the restricted distance
   * of Damerau and Levenshtein), without regard to case.
   */
  private static int distance(String left, String right) {
    String a = left.toLowerCase(Locale.ROOT);
    String b = right.toLowerCase(Locale.ROOT);
    int[][] d = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        if (i == 0 || j == 0) {
          d[i][j] = i + j;
          continue;
        }
        int changed = d[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        d[i][j] = Math.min(changed, 1 + Math.min(d[i - 1][j], d[i][j - 1]));
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
        }
      }
    }
    return d[a.length()][b.length()];
  }
}
