package io.resketch.server.query;

import io.resketch.core.decode.Decoder;
import io.resketch.core.decode.GraphDecoder;
import io.resketch.core.decode.Unroller;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.similarity.BlindExplainer;
import io.resketch.core.similarity.BlindExplanation;
import io.resketch.core.similarity.BlindExplanation.ModuleShare;
import io.resketch.core.similarity.Explainer;
import io.resketch.core.similarity.Explanation;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.stats.ModuleProfile;
import io.resketch.server.repository.Names.SketchName;
import io.resketch.server.repository.Repository;
import io.resketch.server.repository.SketchCollection;
import io.resketch.v1.ExplainResponse;
import io.resketch.v1.ExplainedSide;
import io.resketch.v1.ModuleContribution;
import io.resketch.v1.ModuleExplanation;
import io.resketch.v1.ObjectContribution;
import io.resketch.v1.ObjectExplanation;
import io.resketch.v1.PairContribution;
import io.resketch.v1.SketchRecord;
import java.util.List;
import java.util.Optional;

/** Says what two stored sketches have in common. Thread-safe. */
public final class Explanations {
  private final Repository repository;

  public Explanations(Repository repository) {
    this.repository = repository;
  }

  /**
   * Explains the cosine of two sketches of a collection: by objects where both have a skeleton,
   * else by modules.
   *
   * @param pairs of objects to return
   */
  public ExplainResponse explain(
      SketchCollection collection, SketchName left, SketchName right, int pairs) {
    SketchRecord leftRecord = repository.get(left);
    SketchRecord rightRecord = repository.get(right);
    Sketch x = Repository.sketch(leftRecord);
    Sketch y = Repository.sketch(rightRecord);
    Optional<Skeleton> leftSkeleton = repository.skeleton(collection, leftRecord);
    Optional<Skeleton> rightSkeleton = repository.skeleton(collection, rightRecord);
    if (leftSkeleton.isEmpty() || rightSkeleton.isEmpty()) {
      return byModules(collection, x, y);
    }
    Explanation found =
        new Explainer(collection.operators())
            .explain(
                x,
                decoded(collection, x, leftSkeleton.get()),
                y,
                decoded(collection, y, rightSkeleton.get()),
                pairs);
    ObjectExplanation.Builder out =
        ObjectExplanation.newBuilder().setLeft(side(found.left())).setRight(side(found.right()));
    for (Explanation.PairContribution pair : found.pairs()) {
      out.addPairs(
          PairContribution.newBuilder()
              .setLeftObjectId(pair.left())
              .setLeftModule(pair.leftModule())
              .setRightObjectId(pair.right())
              .setRightModule(pair.rightModule())
              .setContribution(pair.contribution()));
    }
    return ExplainResponse.newBuilder().setCosine(found.cosine()).setObjects(out).build();
  }

  private static Computation decoded(
      SketchCollection collection, Sketch sketch, Skeleton skeleton) {
    return Unroller.computation(
        new GraphDecoder(collection.operators(), skeleton).decode(sketch, Decoder.JOINT));
  }

  private static ExplainedSide side(Explanation.Side side) {
    ExplainedSide.Builder out = ExplainedSide.newBuilder().setRest(side.rest());
    for (Explanation.ObjectContribution object : side.objects()) {
      out.addObjects(
          ObjectContribution.newBuilder()
              .setObjectId(object.id())
              .setModule(object.module())
              .setContribution(object.contribution()));
    }
    return out.build();
  }

  private static ExplainResponse byModules(SketchCollection collection, Sketch x, Sketch y) {
    int floats = Math.min(x.prefixLength(), y.prefixLength());
    BlindExplanation found =
        new BlindExplainer(
                collection.operators(),
                List.copyOf(
                    collection.modules().values().stream().filter(ModuleProfile::root).toList()),
                floats)
            .explain(x, y);
    ModuleExplanation.Builder out =
        ModuleExplanation.newBuilder()
            .setRest(found.rest())
            .setRestStandardError(found.restStandardError());
    for (ModuleShare share : found.modules()) {
      ModuleContribution.Builder module =
          ModuleContribution.newBuilder()
              .setModule(share.module())
              .setDetermined(share.determined())
              .setReason(share.reason());
      if (share.determined()) {
        module.setContribution(share.contribution()).setStandardError(share.standardError());
      }
      out.addModules(module);
    }
    return ExplainResponse.newBuilder().setCosine(found.cosine()).setModules(out).build();
  }
}
