package io.resketch.client.cli;

import io.resketch.core.stats.CountMethod;
import io.resketch.core.stats.Estimate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** Module counts as a table: a line per sketch or bucket of time, a column per module. */
final class StatsTable {
  private final List<List<String>> cells = new ArrayList<>();
  private final Set<String> reasons = new LinkedHashSet<>();
  private final Map<CountMethod, Long> methods = new EnumMap<>(CountMethod.class);

  /**
   * A table without lines.
   *
   * @param key heading of the first column
   * @param size heading of the second, a number of sketches or runs
   */
  StatsTable(String key, String size, List<String> modules) {
    List<String> head = new ArrayList<>(List.of(key, size));
    head.addAll(modules);
    cells.add(head);
  }

  /** Adds a line; its counts are in the order of the modules. */
  void add(String key, long size, List<Estimate> counts) {
    List<String> row = new ArrayList<>(List.of(key, Long.toString(size)));
    for (Estimate count : counts) {
      if (!count.determined()) {
        reasons.add("? " + cells.get(0).get(row.size()) + ": " + count.reason());
      }
      row.add(cell(count));
    }
    cells.add(row);
  }

  /** Says below the table how a line was counted. */
  void counted(CountMethod method) {
    methods.merge(method, 1L, Long::sum);
  }

  private static String words(CountMethod method) {
    return switch (method) {
      case BLIND_DECODING -> "by decoding the objects, which account for the whole sketch";
      case LINEAR_FIT -> "by the linear fit of all modules";
    };
  }

  private static String cell(Estimate count) {
    return count.determined()
        ? String.format(Locale.ROOT, "%.2f ± %.2f", count.value(), count.halfWidth95())
        : "?";
  }

  /** The table, and below it why a count is not determined. */
  List<String> lines() {
    int[] widths = new int[cells.get(0).size()];
    for (List<String> row : cells) {
      for (int i = 0; i < row.size(); i++) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    List<String> out = new ArrayList<>();
    for (List<String> row : cells) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < row.size(); i++) {
        String blanks = " ".repeat(widths[i] - row.get(i).length());
        line.append(i == 0 ? "" : "  ");
        line.append(i == 0 ? row.get(i) + blanks : blanks + row.get(i));
      }
      out.add(line.toString());
    }
    out.addAll(reasons);
    methods.forEach(
        (method, lines) ->
            out.add("counted " + words(method) + ": " + lines + (lines == 1 ? " line" : " lines")));
    return out;
  }
}
