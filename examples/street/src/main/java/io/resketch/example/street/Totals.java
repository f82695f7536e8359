package io.resketch.example.street;

import io.resketch.client.ResketchClient;
import io.resketch.client.SketchCollection;
import io.resketch.client.TimeRange;
import io.resketch.core.stats.ModuleCount;
import io.resketch.v1.CombineRequest;
import io.resketch.v1.EstimateRequest;
import io.resketch.v1.EstimateResponse;
import io.resketch.v1.Module;
import io.resketch.v1.ModuleEstimate;
import io.resketch.v1.Sketch;
import io.resketch.v1.WeightedSketch;
import io.resketch.wire.Sketches;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * One sketch, the sum of all the video's, answering how often every module occurred. From that one
 * vector alone.
 */
final class Totals {
  private Totals() {}

  /** Counts of every class, and of the other modules that the collection has seen as roots. */
  static Map<String, Counts.Answer> ask(
      ResketchClient client,
      SketchCollection collection,
      List<Frame> frames,
      List<String> classes) {
    CombineRequest.Builder all = CombineRequest.newBuilder();
    collection
        .list(TimeRange.all())
        .forEach(
            stored ->
                all.addSketches(
                    WeightedSketch.newBuilder()
                        .setSketch(Sketches.sketch(stored.sketch().orElseThrow()))));
    Sketch sum = client.sketchService().combine(all.build()).getSketch();
    EstimateResponse response =
        client
            .sketchService()
            .estimate(
                EstimateRequest.newBuilder()
                    .setSpec(Sketches.spec(collection.spec()))
                    .setSketch(sum)
                    .addAllModules(modules(collection, classes))
                    .build());
    Map<String, Counts.Answer> out = new TreeMap<>();
    for (ModuleEstimate message : response.getEstimatesList()) {
      ModuleCount count = Sketches.estimate(message);
      long truth = frames.stream().mapToLong(f -> f.count(count.module())).sum();
      if (count.module().equals(FrameGraph.DETECTOR)) {
        truth = frames.size();
      }
      out.put(count.module(), new Counts.Answer(count.count(), count.standardError(), truth));
    }
    return out;
  }

  private static List<Module> modules(SketchCollection collection, List<String> classes) {
    Map<String, Module> modules = new LinkedHashMap<>();
    for (Module module : collection.describe().getModulesList()) {
      if (module.getRootLeaf() || module.getRootInner()) {
        modules.put(module.getName(), module);
      }
    }
    for (String name : classes) {
      modules.putIfAbsent(name, Module.newBuilder().setName(name).build());
    }
    return List.copyOf(modules.values());
  }

  /** |estimate − truth| / truth of the number of persons. */
  static double relativeError(Map<String, Counts.Answer> totals) {
    Counts.Answer persons = totals.get(Counts.PERSON);
    return Math.abs(persons.estimate() - persons.truth()) / Math.max(1, persons.truth());
  }
}
