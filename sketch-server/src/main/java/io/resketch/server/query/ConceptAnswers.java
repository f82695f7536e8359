package io.resketch.server.query;

import io.resketch.core.InvalidInputException;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.stats.ModuleStatistics;
import io.resketch.core.stats.Presence;
import io.resketch.server.concepts.Concept;
import io.resketch.server.concepts.ConceptView;
import io.resketch.server.repository.Names;
import io.resketch.server.repository.Repository;
import io.resketch.server.repository.SketchCollection;
import io.resketch.v1.ConceptModule;
import io.resketch.v1.ListConceptsRequest;
import io.resketch.v1.ListConceptsResponse;
import io.resketch.v1.SketchRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

/** What concepts are, in terms of stored sketches and modules. Thread-safe. */
public final class ConceptAnswers {
  private static final int MAX_COUNT = 256;
  private static final int EXAMINED = 16;
  private static final int MAX_MODULES = 100;

  private final Repository repository;
  private final Estimators estimators;

  public ConceptAnswers(Repository repository, Estimators estimators) {
    this.repository = repository;
    this.estimators = estimators;
  }

  /**
   * A number of concepts that may be asked for.
   *
   * @throws InvalidInputException if it may not
   */
  public static int checkedCount(int count) {
    if (count < 0 || count > MAX_COUNT) {
      throw new InvalidInputException(
          "count", count + " must be 1 to " + MAX_COUNT + ", or 0 to leave it open");
    }
    return count;
  }

  /** A stored sketch that stands for a part of a concept. */
  private record Example(String id, SketchRecord record, Sketch sketch, long weight) {}

  /**
   * The concepts of a view.
   *
   * @param left whether nobody waits for the answer any more
   */
  public ListConceptsResponse list(
      SketchCollection collection,
      ConceptView view,
      ListConceptsRequest request,
      BooleanSupplier left) {
    ListConceptsResponse.Builder out =
        ListConceptsResponse.newBuilder()
            .setSketches(view.sketches())
            .setMicroConcepts(view.microConcepts())
            .setBehind(view.behind());
    ModuleCounter counter = new ModuleCounter(estimators, collection, List.of(), left);
    for (Concept concept : view.concepts(request.getCount())) {
      out.addConcepts(message(collection, concept, request.getOmitModules() ? null : counter));
    }
    return out.build();
  }

  private io.resketch.v1.Concept message(
      SketchCollection collection, Concept concept, ModuleCounter counter) {
    io.resketch.v1.Concept.Builder out =
        io.resketch.v1.Concept.newBuilder()
            .setId(concept.id())
            .setSize(concept.size())
            .setSpread(concept.spread())
            .setDrift(concept.drift())
            .setDriftByChance(concept.driftByChance());
    if (concept.first() != null) {
      out.setFirstTime(concept.first()).setLastTime(concept.last());
    }
    List<Example> examples = examples(collection, concept);
    examples.stream()
        .max(
            Comparator.comparingDouble((Example one) -> concept.cosine(one.sketch()))
                .thenComparing(Example::id))
        .ifPresent(
            one ->
                out.setRepresentative(
                    one.record().toBuilder()
                        .setName(Names.sketch(collection.id(), one.id()))
                        .clearSketch()));
    if (counter != null) {
      out.addAllModules(modules(collection, examples, counter)).setExamined(examples.size());
    }
    return out.build();
  }

  private List<Example> examples(SketchCollection collection, Concept concept) {
    List<Example> out = new ArrayList<>();
    for (Concept.Part part : concept.parts()) {
      for (String id : part.representatives()) {
        Optional<SketchRecord> record = repository.find(collection, id);
        if (record.isPresent()) {
          Sketch sketch = Repository.sketch(id, record.get());
          out.add(new Example(id, record.get(), sketch, part.size()));
          break;
        }
      }
      if (out.size() == EXAMINED) {
        break;
      }
    }
    return out;
  }

  private List<ConceptModule> modules(
      SketchCollection collection, List<Example> examples, ModuleCounter counter) {
    Map<String, Double> present = new HashMap<>();
    Map<String, Double> open = new HashMap<>();
    double all = examples.stream().mapToLong(Example::weight).sum();
    for (Example one : examples) {
      double part = one.weight() / all;
      Optional<Skeleton> skeleton = repository.skeleton(collection, one.record());
      if (skeleton.isPresent()) {
        Skeleton graph = skeleton.get();
        IntStream.range(0, graph.size())
            .mapToObj(graph::module)
            .distinct()
            .forEach(module -> present.merge(module, part, Double::sum));
      } else {
        for (ModuleStatistics module : counter.statistics(List.of(one.sketch()))) {
          if (module.presence() == Presence.PRESENT) {
            present.merge(module.module(), part, Double::sum);
          } else if (module.presence() == Presence.NOT_DETERMINED) {
            open.merge(module.module(), part, Double::sum);
          }
        }
      }
    }
    return present.entrySet().stream()
        .sorted(
            Map.Entry.<String, Double>comparingByValue()
                .reversed()
                .thenComparing(Map.Entry.comparingByKey()))
        .limit(MAX_MODULES)
        .map(
            entry ->
                ConceptModule.newBuilder()
                    .setModule(entry.getKey())
                    .setShare(Math.min(1, entry.getValue()))
                    .setNotDetermined(Math.min(1, open.getOrDefault(entry.getKey(), 0.0)))
                    .build())
        .toList();
  }
}
