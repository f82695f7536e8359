package io.resketch.client.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.resketch.core.stats.SketchEnergies;
import io.resketch.core.stats.SketchEnergies.Strong;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** Statistics of the sum of the rows of a file, which names rows that dominate it. */
final class TotalStats {
  private final OfflineStats statistics;
  private final LeaveOutOptions leaveOut;
  private final Set<String> without;
  private SketchEnergies energies = new SketchEnergies();

  TotalStats(OfflineStats statistics, LeaveOutOptions leaveOut) {
    this.statistics = statistics;
    this.leaveOut = leaveOut;
    this.without = new TreeSet<>(leaveOut.names());
  }

  /** Counts, and again without the rows that dominated, if that is wanted. */
  void count(OfflineStats.Sink sink) throws IOException {
    List<OfflineStats.Row> answer = new ArrayList<>();
    boolean again = true;
    while (again) {
      answer.clear();
      energies =
          statistics.total(
              without, (row, runs, found) -> answer.add(new OfflineStats.Row(row, runs, found)));
      again =
          leaveOut.dominant()
              && without.addAll(energies.dominant().stream().map(Strong::name).toList());
    }
    for (OfflineStats.Row row : answer) {
      sink.accept(row.row(), row.runs(), row.modules());
    }
  }

  /** What to know about the answer. */
  List<String> notes() {
    List<String> out = new ArrayList<>();
    if (!without.isEmpty()) {
      out.add("left out of the counts: rows " + String.join(", ", without));
    }
    for (Strong row : energies.dominant()) {
      double share = row.energy() / energies.total();
      out.add(StatsNotes.dominant("row " + row.name(), row.name(), share));
    }
    return out;
  }

  /** Adds it. */
  void into(JsonObject out) {
    JsonArray dominant = new JsonArray();
    for (Strong row : energies.dominant()) {
      JsonObject one = new JsonObject();
      one.addProperty("row", Long.parseLong(row.name()));
      one.addProperty("energyShare", row.energy() / energies.total());
      dominant.add(one);
    }
    out.add("dominant", dominant);
    JsonArray leftOut = new JsonArray();
    without.forEach(row -> leftOut.add(Long.parseLong(row)));
    out.add("leftOut", leftOut);
  }
}
