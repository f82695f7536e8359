package io.resketch.server.query;

import io.resketch.core.InvalidInputException;
import io.resketch.core.decode.Unrolled;
import io.resketch.core.sketch.Sketch;
import io.resketch.server.filter.Filter;
import io.resketch.server.repository.Names;
import io.resketch.server.repository.Names.SketchName;
import io.resketch.server.repository.Repository;
import io.resketch.server.repository.SketchCollection;
import io.resketch.server.repository.StoredRuns;
import io.resketch.v1.ListRelatedRequest;
import io.resketch.v1.ListRelatedResponse;
import io.resketch.v1.Relation;
import io.resketch.v1.SearchHit;
import io.resketch.v1.SearchResponse;
import io.resketch.v1.SharedObject;
import io.resketch.v1.SketchRecord;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** Walks over sketches that are alike as wholes or in a part. Thread-safe. */
public final class Relations {
  private static final int MAX_DEPTH = 3;
  private static final int MAX_NEIGHBOURS = 20;
  private static final int DEFAULT_NEIGHBOURS = 5;
  private static final double DEFAULT_COSINE = 0.2;
  private static final int MAX_SKETCHES = 200;

  /** Root objects that are searched for alone. */
  private static final int OBJECTS = 8;

  private static final int PAIRS = 5;

  private final Repository repository;
  private final StoredRuns runs;
  private final SimilaritySearch search;
  private final Explanations explanations;

  public Relations(Repository repository, SimilaritySearch search, Explanations explanations) {
    this.repository = repository;
    this.runs = new StoredRuns(repository);
    this.search = search;
    this.explanations = explanations;
  }

  /**
   * Walks as the request asks, breadth first.
   *
   * @throws InvalidInputException if a number is out of range or the filter is none
   */
  public ListRelatedResponse walk(ListRelatedRequest request) {
    SketchName start = Names.parseSketch("name", request.getName());
    SketchCollection collection = repository.collection(start.collection());
    int depth = inRange("depth", request.getDepth(), 1, MAX_DEPTH);
    int neighbours =
        inRange("neighbours", request.getNeighbours(), DEFAULT_NEIGHBOURS, MAX_NEIGHBOURS);
    double least = request.getMinCosine() == 0 ? DEFAULT_COSINE : request.getMinCosine();
    if (!(least >= -1 && least <= 1)) {
      throw new InvalidInputException("min_cosine", least + " must be -1 to 1");
    }
    Selection selection = new Selection(null, null, Filter.parse(request.getFilter()));
    Scope scope = new Scope(collection, selection, neighbours, least, new AtomicBoolean(true));
    Map<String, SketchRecord> reached = new LinkedHashMap<>();
    Map<List<String>, Relation> relations = new LinkedHashMap<>();
    SketchRecord first = repository.get(start);
    reached.put(first.getName(), first.toBuilder().clearSketch().build());
    List<SketchRecord> edge = List.of(first);
    for (int step = 0; step < depth; step++) {
      List<SketchRecord> next = new ArrayList<>();
      for (SketchRecord from : edge) {
        for (Neighbour to : neighbours(scope, from.getName())) {
          String name = to.record.getName();
          if (!reached.containsKey(name)) {
            if (reached.size() == MAX_SKETCHES) {
              continue;
            }
            reached.put(name, to.record);
            next.add(to.record);
          }
          List<String> pair = List.of(from.getName(), name);
          if (!relations.containsKey(List.of(name, from.getName()))) {
            relations.put(pair, relation(collection, from.getName(), to));
          }
        }
      }
      edge = next;
    }
    return ListRelatedResponse.newBuilder()
        .addAllSketches(reached.values())
        .addAllRelations(relations.values())
        .setExact(scope.exact().get())
        .build();
  }

  /**
   * Where each step searches.
   *
   * @param exact set to false by the first search that did not compare all
   */
  private record Scope(
      SketchCollection collection,
      Selection selection,
      int most,
      double least,
      AtomicBoolean exact) {}

  private static int inRange(String field, int value, int otherwise, int most) {
    if (value < 0 || value > most) {
      throw new InvalidInputException(field, value + " must be 0 to " + most);
    }
    return value == 0 ? otherwise : value;
  }

  /** A sketch that is alike, and in what. */
  private static final class Neighbour {
    private final SketchRecord record;
    private final List<SharedObject> objects = new ArrayList<>();
    private double cosine;

    Neighbour(SketchRecord record) {
      this.record = record;
      this.cosine = -1;
    }

    void raise(double found) {
      cosine = Math.max(cosine, found);
    }

    double cosine() {
      return cosine;
    }
  }

  private List<Neighbour> neighbours(Scope scope, String name) {
    SketchName from = Names.parseSketch("name", name);
    Map<String, Neighbour> found = new LinkedHashMap<>();
    Sketch whole = Repository.sketch(repository.get(from));
    for (SearchHit hit : hits(scope, whole, name)) {
      neighbour(found, hit).raise(hit.getSimilarity());
    }
    for (Map.Entry<String, Unrolled> root : runs.roots(from, OBJECTS).entrySet()) {
      Unrolled object = root.getValue();
      for (SearchHit hit : hits(scope, object.sketch(), name)) {
        Neighbour neighbour = neighbour(found, hit);
        neighbour.raise(hit.getSimilarity());
        neighbour.objects.add(
            SharedObject.newBuilder()
                .setObjectId(root.getKey())
                .setModule(object.part().skeleton().module(object.object()))
                .setCosine(hit.getSimilarity())
                .build());
      }
    }
    return found.values().stream()
        .sorted(
            Comparator.comparingDouble(Neighbour::cosine)
                .reversed()
                .thenComparing(n -> n.record.getName()))
        .limit(scope.most())
        .toList();
  }

  private static Neighbour neighbour(Map<String, Neighbour> found, SearchHit hit) {
    return found.computeIfAbsent(hit.getRecord().getName(), name -> new Neighbour(hit.getRecord()));
  }

  private List<SearchHit> hits(Scope scope, Sketch query, String excluded) {
    SearchResponse found =
        search.search(
            scope.collection(),
            new SimilaritySearch.Query(query, excluded, scope.most(), 0, scope.least(), false),
            scope.selection());
    if (!found.getExact()) {
      scope.exact().set(false);
    }
    return found.getHitsList();
  }

  private Relation relation(SketchCollection collection, String left, Neighbour right) {
    String name = right.record.getName();
    right.objects.sort(Comparator.comparingDouble(SharedObject::getCosine).reversed());
    return Relation.newBuilder()
        .setLeft(left)
        .setRight(name)
        .setEvidence(
            explanations.explain(
                collection,
                Names.parseSketch("left", left),
                Names.parseSketch("right", name),
                PAIRS))
        .addAllSharedObjects(right.objects)
        .build();
  }
}
