package io.resketch.client.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.resketch.client.PutOutcome;
import io.resketch.client.ResketchException;

/** What became of the items of a stream: told as they are refused, and summed up. */
final class ItemReport {
  private final ClientCommand command;
  private final JsonArray errors = new JsonArray();
  private final WorstWarnings warnings = new WorstWarnings();
  private long stored;

  ItemReport(ClientCommand command) {
    this.command = command;
  }

  /** Takes up an outcome. Items without an id are no runs, and not counted. */
  void add(PutOutcome outcome) {
    add("item " + outcome.index(), outcome);
  }

  /**
   * As above.
   *
   * @param place where the item stands in its file
   */
  void add(String place, PutOutcome outcome) {
    if (outcome.stored()) {
      stored += outcome.id().isEmpty() ? 0 : 1;
      warnings.add(outcome);
      return;
    }
    ResketchException error = outcome.error().orElseThrow();
    JsonObject out = new JsonObject();
    out.addProperty("index", outcome.index());
    out.addProperty("place", place);
    out.addProperty("id", outcome.id());
    out.addProperty("code", error.code().name());
    out.addProperty("message", error.getMessage());
    error.reason().ifPresent(reason -> out.addProperty("reason", reason));
    errors.add(out);
    if (!command.json()) {
      String what = outcome.id().isEmpty() ? "" : " (" + outcome.id() + ")";
      command.note(place + what + ": " + error.getMessage());
    }
  }

  /** Runs that were stored so far. */
  long stored() {
    return stored;
  }

  /** Prints the sum. */
  void print() {
    if (command.json()) {
      JsonObject out = new JsonObject();
      out.addProperty("stored", stored);
      out.addProperty("failed", errors.size());
      out.add("errors", errors);
      warnings.into(out);
      command.print(out.toString());
    } else {
      warnings.lines().forEach(command::note);
      command.print(stored + " stored, " + errors.size() + " failed");
    }
  }
}
