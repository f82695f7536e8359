package io.resketch.client.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.resketch.core.decode.Decoder;
import io.resketch.core.decode.Unroller;
import io.resketch.core.graph.Computation;
import io.resketch.core.operator.Operators;
import io.resketch.core.similarity.Explainer;
import io.resketch.core.similarity.Explanation;
import io.resketch.core.similarity.Explanation.ModuleContribution;
import io.resketch.core.similarity.Explanation.ObjectContribution;
import io.resketch.core.similarity.Explanation.PairContribution;
import io.resketch.core.sketch.Sketch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Explains by objects, decoded with their skeletons. */
final class ObjectExplainer implements RowExplainer {
  /** Strongest pairs that are told. */
  private static final int PAIRS = 5;

  private final RowDecoder decoder;
  private final Explainer explainer;
  private final SkeletonRows left;
  private final SkeletonRows right;

  ObjectExplainer(Operators operators, SkeletonRows left, SkeletonRows right) {
    this.decoder = new RowDecoder(operators, Decoder.JOINT);
    this.explainer = new Explainer(operators);
    this.left = left;
    this.right = right;
  }

  @Override
  public void readLeft() throws IOException {
    left.next();
  }

  @Override
  public void readRight() throws IOException {
    right.next();
  }

  @Override
  public Answer explain(Sketch x, Sketch y) {
    Explanation found = explainer.explain(x, computation(x, left), y, computation(y, right), PAIRS);
    JsonArray pairs = new JsonArray();
    List<String> lines = new ArrayList<>();
    for (PairContribution pair : found.pairs()) {
      JsonObject out = new JsonObject();
      out.addProperty("left", pair.left());
      out.addProperty("leftModule", pair.leftModule());
      out.addProperty("right", pair.right());
      out.addProperty("rightModule", pair.rightModule());
      out.addProperty("contribution", pair.contribution());
      pairs.add(out);
      lines.add(
          String.format(
              Locale.ROOT,
              "%+.4f  %s (%s) with %s (%s)",
              pair.contribution(),
              pair.left(),
              pair.leftModule(),
              pair.right(),
              pair.rightModule()));
    }
    JsonObject out = new JsonObject();
    out.add("left", side(found.left()));
    out.add("right", side(found.right()));
    out.add("pairs", pairs);
    return new Answer(out, lines);
  }

  private Computation computation(Sketch sketch, SkeletonRows rows) {
    return Unroller.computation(decoder.next(rows.skeleton()).decode(sketch));
  }

  private static JsonObject side(Explanation.Side side) {
    JsonArray objects = new JsonArray();
    for (ObjectContribution object : side.objects()) {
      JsonObject out = new JsonObject();
      out.addProperty("object", object.id());
      out.addProperty("module", object.module());
      out.addProperty("contribution", object.contribution());
      objects.add(out);
    }
    JsonArray modules = new JsonArray();
    for (ModuleContribution module : side.modules()) {
      JsonObject out = new JsonObject();
      out.addProperty("module", module.module());
      out.addProperty("contribution", module.contribution());
      modules.add(out);
    }
    JsonObject out = new JsonObject();
    out.add("objects", objects);
    out.add("modules", modules);
    out.addProperty("rest", side.rest());
    return out;
  }

  @Override
  public void close() throws IOException {
    left.close();
    right.close();
  }
}
