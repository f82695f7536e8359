package io.resketch.client.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.resketch.client.StatisticsAnswer;
import io.resketch.client.StatisticsAnswer.ApartRun;
import io.resketch.client.StatisticsBucket;
import io.resketch.client.StatisticsBucket.DominantRun;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What to know about an answer: runs far off in time, runs that dominate sums, runs left out. */
final class StatsNotes {
  private static final int MAX_NAMED = 10;

  private final StatisticsAnswer answer;

  StatsNotes(StatisticsAnswer answer) {
    this.answer = answer;
  }

  /** A line each. */
  List<String> lines() {
    List<String> out = new ArrayList<>();
    if (!answer.leftOut().isEmpty()) {
      out.add("left out of the counts: " + String.join(", ", answer.leftOut()));
    }
    if (!answer.apart().isEmpty()) {
      List<String> named =
          answer.apart().stream().map(run -> run.id() + " of " + run.time()).toList();
      long more = answer.apartRuns() - named.size();
      out.add(
          "note: "
              + String.join(", ", named)
              + (more > 0 ? " and " + more + " more" : "")
              + (answer.apartRuns() == 1 ? " is" : " are")
              + " far from all others in time; --leave-out, --start or --end leaves out what a clock"
              + " that was not set has put there");
    }
    Map<String, Double> dominant = ServerStats.dominant(answer);
    dominant.entrySet().stream()
        .limit(MAX_NAMED)
        .forEach(run -> out.add(dominant(run.getKey(), run.getKey(), run.getValue())));
    if (dominant.size() > MAX_NAMED) {
      out.add("note: likewise " + (dominant.size() - MAX_NAMED) + " more runs; --json names them");
    }
    return out;
  }

  /**
   * Says that a run dominates a sum.
   *
   * @param run what it is called
   * @param name how to name it in an option
   */
  static String dominant(String run, String name, double energyShare) {
    return String.format(
        Locale.ROOT,
        "note: %s has %.1f %% of the energy of a sum, whose error is of its making; --leave-out %s or"
            + " --leave-out-dominant counts without it",
        run,
        100 * energyShare,
        name);
  }

  /** Adds all of it but what is of single buckets. */
  void into(JsonObject out) {
    JsonArray apart = new JsonArray();
    for (ApartRun run : answer.apart()) {
      JsonObject one = new JsonObject();
      one.addProperty("id", run.id());
      one.addProperty("time", run.time().toString());
      apart.add(one);
    }
    out.add("apart", apart);
    out.addProperty("apartRuns", answer.apartRuns());
    JsonArray leftOut = new JsonArray();
    answer.leftOut().forEach(leftOut::add);
    out.add("leftOut", leftOut);
  }

  /** Adds what dominates a bucket. */
  static void dominant(StatisticsBucket bucket, JsonObject out) {
    JsonArray runs = new JsonArray();
    for (DominantRun run : bucket.dominant()) {
      JsonObject one = new JsonObject();
      one.addProperty("id", run.id());
      one.addProperty("energyShare", run.energyShare());
      runs.add(one);
    }
    out.add("dominant", runs);
    out.addProperty("dominanceKnown", bucket.dominanceKnown());
  }
}
