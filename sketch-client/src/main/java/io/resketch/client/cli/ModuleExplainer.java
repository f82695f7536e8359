package io.resketch.client.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.resketch.client.cli.ModuleOptions.Modules;
import io.resketch.core.operator.Operators;
import io.resketch.core.similarity.BlindExplainer;
import io.resketch.core.similarity.BlindExplanation;
import io.resketch.core.similarity.BlindExplanation.ModuleShare;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.stats.Estimate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Explains by modules, from the sketches alone. */
final class ModuleExplainer implements RowExplainer {
  private final Operators operators;
  private final Modules modules;

  /** Of one length of sketches each. */
  private final Map<Integer, BlindExplainer> explainers = new HashMap<>();

  ModuleExplainer(Operators operators, Modules modules) {
    this.operators = operators;
    this.modules = modules;
  }

  @Override
  public Answer explain(Sketch left, Sketch right) {
    BlindExplanation found =
        explainers
            .computeIfAbsent(
                left.prefixLength(),
                length -> new BlindExplainer(operators, modules.known(), length))
            .explain(left, right);
    JsonArray list = new JsonArray();
    List<String> lines = new ArrayList<>();
    for (ModuleShare share : found.modules()) {
      if (modules.asked().contains(share.module())) {
        list.add(json(share));
        lines.add(
            share.determined()
                ? line(share.module(), share.contribution(), share.standardError())
                : "?  " + share.module() + ": " + share.reason());
      }
    }
    lines.add(line("rest", found.rest(), found.restStandardError()));
    JsonObject out = new JsonObject();
    out.add("modules", list);
    out.addProperty("rest", found.rest());
    out.addProperty("restStandardError", found.restStandardError());
    return new Answer(out, lines);
  }

  private static JsonObject json(ModuleShare share) {
    JsonObject out = new JsonObject();
    out.addProperty("module", share.module());
    out.addProperty("determined", share.determined());
    if (share.determined()) {
      out.addProperty("contribution", share.contribution());
      out.addProperty("standardError", share.standardError());
    } else {
      out.addProperty("reason", share.reason());
    }
    return out;
  }

  private static String line(String name, double value, double error) {
    return String.format(
        Locale.ROOT, "%+.4f ± %.4f  %s", value, Estimate.QUANTILE_95 * error, name);
  }
}
