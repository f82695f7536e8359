package io.resketch.client.cli;

import io.resketch.client.StatisticsBucket;
import io.resketch.core.stats.ModuleCount;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** Module counts as a table: a line per bucket, a column per module. */
final class StatsTable {
  /** Half width of a 95 % interval, in standard errors. */
  private static final double HALF_WIDTH = 1.96;

  private StatsTable() {}

  static List<String> lines(List<StatisticsBucket> buckets) {
    if (buckets.isEmpty()) {
      return List.of("no sketches in this range");
    }
    List<List<String>> cells = new ArrayList<>();
    Set<String> reasons = new LinkedHashSet<>();
    for (StatisticsBucket bucket : buckets) {
      List<String> row = new ArrayList<>();
      row.add(bucket.start().map(Object::toString).orElse("-"));
      row.add(Long.toString(bucket.sketches()));
      for (ModuleCount count : bucket.counts()) {
        row.add(cell(count));
        if (!count.determined()) {
          reasons.add("? " + count.module() + ": " + count.reason());
        }
      }
      cells.add(row);
    }
    List<String> head = new ArrayList<>(List.of("start", "sketches"));
    buckets.get(0).counts().forEach(count -> head.add(count.module()));
    cells.add(0, head);
    List<String> out = new ArrayList<>(align(cells));
    out.addAll(reasons);
    return out;
  }

  private static String cell(ModuleCount count) {
    return count.determined()
        ? String.format(
            Locale.ROOT, "%.2f ± %.2f", count.count(), HALF_WIDTH * count.standardError())
        : "?";
  }

  private static List<String> align(List<List<String>> cells) {
    int columns = cells.stream().mapToInt(List::size).max().orElse(0);
    int[] widths = new int[columns];
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
    return out;
  }
}
