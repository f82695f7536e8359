package io.resketch.server;

import io.resketch.core.graph.Computation;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import io.resketch.wire.Sketches;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;

/** What a server should answer, by maps in memory and plain loops. */
final class RepositoryModel {
  /** A filter as text and as what it means. */
  record Condition(String text, Predicate<Stored> meaning) {
    static final List<Condition> SOME =
        List.of(
            new Condition("", r -> true),
            new Condition("label.door = front", r -> r.label.equals("front")),
            new Condition("NOT label.door = \"front\"", r -> !r.label.equals("front")),
            new Condition("time < 1970-01-01T00:00:03Z", r -> r.time >= 0 && r.time < 3),
            new Condition(
                "time >= 1970-01-01T00:00:03Z OR label.door = back",
                r -> r.time >= 3 || r.label.equals("back")),
            new Condition(
                "time >= 1970-01-01T00:00:01Z AND time <= 1970-01-01T00:00:04Z AND id != run-2",
                r -> r.time >= 1 && r.time <= 4 && !r.id.equals("run-2")));

    @Override
    public String toString() {
      return "\"" + text + "\"";
    }
  }

  /** One call of a client, or a restart. */
  interface Operation {
    record Create(String collection) implements Operation {}

    record Drop(String collection) implements Operation {}

    /** Time in seconds, −1 for none; content is a seed. */
    record Put(String collection, String id, int time, String label, int content)
        implements Operation {}

    record Get(String collection, String id) implements Operation {}

    record Delete(String collection, String id) implements Operation {}

    record Listing(String collection, Condition filter, int pageSize) implements Operation {}

    record Search(String collection, String id, int k, Condition filter) implements Operation {}

    record Reopen() implements Operation {}

    /** Few collections, ids and contents, so that operations meet. */
    static Operation draw(Random random) {
      String collection = random.nextInt(4) == 0 ? "attic" : "rooms";
      String id = "run-" + random.nextInt(8);
      Condition filter = Condition.SOME.get(random.nextInt(Condition.SOME.size()));
      int dice = random.nextInt(100);
      if (dice < 6) {
        return new Create(collection);
      } else if (dice < 7) {
        return new Drop(collection);
      } else if (dice < 47) {
        return new Put(
            collection,
            id,
            random.nextInt(7) - 1,
            random.nextBoolean() ? "front" : "back",
            random.nextInt(3));
      } else if (dice < 55) {
        return new Get(collection, id);
      } else if (dice < 68) {
        return new Delete(collection, id);
      } else if (dice < 83) {
        return new Listing(collection, filter, 1 + random.nextInt(4));
      } else if (dice < 97) {
        return new Search(collection, id, 1 + random.nextInt(4), filter);
      }
      return new Reopen();
    }
  }

  record Stored(String id, int time, String label, int content, Sketch sketch) {}

  private final Sketcher sketcher;
  private final Map<String, Map<String, Stored>> collections = new TreeMap<>();

  RepositoryModel(SketchSpec spec) {
    this.sketcher = new Sketcher(spec);
  }

  static Computation content(int seed) {
    return Runs.scene(new Random(seed), 1 + seed, 2, seed % 2);
  }

  static String show(Map<String, String> labels, io.resketch.v1.Sketch sketch) {
    return labels + " " + sketch.getImage().hashCode();
  }

  /** The answer, or the reason of the error. */
  String answer(Operation operation) {
    if (operation instanceof Operation.Create create) {
      return collections.computeIfAbsent(create.collection(), c -> new TreeMap<>()).size() + "";
    } else if (operation instanceof Operation.Drop drop) {
      Map<String, Stored> dropped = collections.remove(drop.collection());
      return dropped == null ? "COLLECTION_NOT_FOUND" : dropped.size() + "";
    } else if (operation instanceof Operation.Put put) {
      return in(put.collection(), collection -> put(collection, put));
    } else if (operation instanceof Operation.Get get) {
      return at(
          get.collection(),
          get.id(),
          (collection, stored) ->
              show(Map.of("door", stored.label), Sketches.sketch(stored.sketch)));
    } else if (operation instanceof Operation.Delete delete) {
      return at(
          delete.collection(),
          delete.id(),
          (collection, stored) -> collection.remove(stored.id) != null ? "true" : "false");
    } else if (operation instanceof Operation.Listing listing) {
      return in(listing.collection(), collection -> list(collection, listing.filter()));
    } else if (operation instanceof Operation.Search search) {
      return at(
          search.collection(), search.id(), (collection, stored) -> search(collection, search));
    }
    throw new AssertionError(operation);
  }

  private interface Within {
    String answer(Map<String, Stored> collection);
  }

  private interface Of {
    String answer(Map<String, Stored> collection, Stored stored);
  }

  private String in(String collection, Within use) {
    Map<String, Stored> found = collections.get(collection);
    return found == null ? "COLLECTION_NOT_FOUND" : use.answer(found);
  }

  private String at(String collection, String id, Of use) {
    return in(
        collection,
        found -> found.containsKey(id) ? use.answer(found, found.get(id)) : "SKETCH_NOT_FOUND");
  }

  private String put(Map<String, Stored> collection, Operation.Put put) {
    Stored wanted =
        new Stored(
            put.id(),
            put.time(),
            put.label(),
            put.content(),
            sketcher.sketch(content(put.content())));
    Stored existing = collection.putIfAbsent(put.id(), wanted);
    return existing == null || existing.equals(wanted) ? put.id() : "SKETCH_EXISTS";
  }

  private static String list(Map<String, Stored> collection, Condition filter) {
    return collection.values().stream()
        .filter(filter.meaning)
        .sorted(Comparator.comparingInt(Stored::time).thenComparing(Stored::id))
        .map(Stored::id)
        .toList()
        .toString();
  }

  private static String search(Map<String, Stored> collection, Operation.Search search) {
    Sketch query = collection.get(search.id()).sketch;
    List<Stored> rest = new ArrayList<>(collection.values());
    rest.removeIf(stored -> stored.id.equals(search.id()) || !search.filter().meaning.test(stored));
    rest.sort(
        Comparator.comparingDouble((Stored stored) -> -query.cosine(stored.sketch))
            .thenComparing(Stored::id));
    return rest.stream()
        .limit(search.k())
        .map(
            stored -> String.format(Locale.ROOT, "%s %.9f", stored.id, query.cosine(stored.sketch)))
        .toList()
        .toString();
  }
}
