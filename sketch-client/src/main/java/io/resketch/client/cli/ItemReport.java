package io.resketch.client.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.resketch.client.PutOutcome;
import io.resketch.client.PutWarning;
import io.resketch.client.ResketchException;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/** What became of the items of a stream: told as they are refused, and summed up. */
final class ItemReport {
  private static final int MAX_WARNINGS = 10;

  private final ClientCommand command;
  private final JsonArray errors = new JsonArray();

  /** Those of the greatest norms, the least first. */
  private final PriorityQueue<Warning> warnings =
      new PriorityQueue<>(Comparator.comparingDouble(w -> w.warning.norm()));

  private long warned;
  private long stored;

  private record Warning(long index, String id, PutWarning warning) {}

  ItemReport(ClientCommand command) {
    this.command = command;
  }

  /** Takes up an outcome. Items without an id are no runs, and not counted. */
  void add(PutOutcome outcome) {
    if (outcome.stored()) {
      stored += outcome.id().isEmpty() ? 0 : 1;
      outcome.warnings().forEach(warning -> warn(outcome, warning));
      return;
    }
    ResketchException error = outcome.error().orElseThrow();
    JsonObject out = new JsonObject();
    out.addProperty("index", outcome.index());
    out.addProperty("id", outcome.id());
    out.addProperty("code", error.code().name());
    out.addProperty("message", error.getMessage());
    error.reason().ifPresent(reason -> out.addProperty("reason", reason));
    errors.add(out);
    if (!command.json()) {
      String what = outcome.id().isEmpty() ? "" : " (" + outcome.id() + ")";
      command.note("item " + outcome.index() + what + ": " + error.getMessage());
    }
  }

  /** The worst are kept, the others counted: a file may be at odds in every line. */
  private void warn(PutOutcome outcome, PutWarning warning) {
    warned++;
    warnings.add(new Warning(outcome.index(), outcome.id(), warning));
    if (warnings.size() > MAX_WARNINGS) {
      warnings.poll();
    }
  }

  private List<Warning> worstFirst() {
    return warnings.stream().sorted(warnings.comparator().reversed()).toList();
  }

  private JsonArray json(List<Warning> worst) {
    JsonArray out = new JsonArray();
    for (Warning one : worst) {
      JsonObject json = new JsonObject();
      json.addProperty("index", one.index);
      json.addProperty("id", one.id);
      json.addProperty("field", one.warning.field());
      json.addProperty("norm", one.warning.norm());
      json.addProperty("message", one.warning.description());
      out.add(json);
    }
    return out;
  }

  /** Prints the sum. */
  void print() {
    if (command.json()) {
      JsonObject out = new JsonObject();
      out.addProperty("stored", stored);
      out.addProperty("failed", errors.size());
      out.add("errors", errors);
      out.addProperty("warned", warned);
      out.add("warnings", json(worstFirst()));
      command.print(out.toString());
    } else {
      for (Warning one : worstFirst()) {
        PutWarning warning = one.warning;
        command.note(
            "warning: item "
                + one.index
                + " ("
                + one.id
                + "): "
                + warning.field()
                + ": "
                + warning.description());
      }
      if (warned > MAX_WARNINGS) {
        command.note("warning: " + (warned - MAX_WARNINGS) + " more runs, by less");
      }
      command.print(stored + " stored, " + errors.size() + " failed");
    }
  }
}
