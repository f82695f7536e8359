package io.resketch.client.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.resketch.core.recovery.StageListener;
import java.util.function.Consumer;

/** Reports the stages of a recovery, and remembers how long they took. */
final class RecoveryStages implements StageListener {
  private final Consumer<String> lines;
  private final JsonArray stages = new JsonArray();
  private final long began = System.nanoTime();
  private String last = "";

  RecoveryStages(Consumer<String> lines) {
    this.lines = lines;
  }

  @Override
  public void progress(String stage, int done, int all) {
    double seconds = (System.nanoTime() - began) / 1e9;
    if (!stage.equals(last)) {
      JsonObject entry = new JsonObject();
      entry.addProperty("stage", stage);
      entry.addProperty("startSeconds", seconds);
      stages.add(entry);
      last = stage;
    }
    if (all > 1) {
      lines.accept(
          String.format(java.util.Locale.ROOT, "%s: %d of %d, %.0f s", stage, done, all, seconds));
    }
  }

  JsonArray json() {
    return stages;
  }
}
