package io.resketch.client.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.resketch.client.PutOutcome;
import io.resketch.client.PutWarning;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** Warnings of stored runs: the worst are kept, since a file may be at odds in every line. */
final class WorstWarnings {
  private static final int MAX = 10;

  /** The least first. */
  private final PriorityQueue<Warning> kept =
      new PriorityQueue<>(Comparator.comparingDouble(one -> one.warning.norm()));

  private long count;

  private record Warning(long index, String id, PutWarning warning) {}

  /** Takes up those of a run. */
  void add(PutOutcome outcome) {
    for (PutWarning warning : outcome.warnings()) {
      count++;
      kept.add(new Warning(outcome.index(), outcome.id(), warning));
      if (kept.size() > MAX) {
        kept.poll();
      }
    }
  }

  private List<Warning> worstFirst() {
    return kept.stream().sorted(kept.comparator().reversed()).toList();
  }

  /** The worst, a line each, and how many there are beside them. */
  List<String> lines() {
    List<String> out = new ArrayList<>();
    for (Warning one : worstFirst()) {
      out.add(
          "warning: item "
              + one.index
              + " ("
              + one.id
              + "): "
              + one.warning.field()
              + ": "
              + one.warning.description());
    }
    if (count > MAX) {
      out.add("warning: likewise " + (count - MAX) + " more runs, of smaller norms");
    }
    return out;
  }

  /** Adds the worst, and how many there are in all. */
  void into(JsonObject out) {
    JsonArray worst = new JsonArray();
    for (Warning one : worstFirst()) {
      JsonObject json = new JsonObject();
      json.addProperty("index", one.index);
      json.addProperty("id", one.id);
      json.addProperty("field", one.warning.field());
      json.addProperty("norm", one.warning.norm());
      json.addProperty("message", one.warning.description());
      worst.add(json);
    }
    out.addProperty("warned", count);
    out.add("warnings", worst);
  }
}
