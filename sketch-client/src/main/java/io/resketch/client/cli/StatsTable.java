package io.resketch.client.cli;

import io.resketch.core.stats.Estimate;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Module counts as a table: a line per sketch or bucket of time, a column per module. */
final class StatsTable {
  private final List<List<String>> cells = new ArrayList<>();
  private final Set<String> reasons = new LinkedHashSet<>();

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
    return out;
  }
}
