package io.resketch.server.concepts;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.ToLongFunction;

/** The concepts of a collection at one moment. Thread-safe. */
public final class ConceptView {
  private final List<MicroConcept> microConcepts;
  private final double threshold;
  private final long sketches;
  private final long behind;
  private final ToLongFunction<String> now;

  /**
   * Of a model.
   *
   * @param behind sketches and changes that it has not come to
   * @param now number of the micro-concept that a sketch is in, 0 if in none, at any later time
   */
  ConceptView(ConceptModel model, long behind, ToLongFunction<String> now) {
    this.microConcepts = model.microConcepts();
    this.threshold = model.threshold();
    this.sketches = model.size();
    this.behind = behind;
    this.now = now;
  }

  /** Sketches in the concepts. */
  public long sketches() {
    return sketches;
  }

  /** Sketches and changes that it has not come to, about; 0 if it has come to all. */
  public long behind() {
    return behind;
  }

  public int microConcepts() {
    return microConcepts.size();
  }

  /**
   * Groups the micro-concepts by Ward's method.
   *
   * @param count how many concepts; 0: cut where the costs of unions fall most
   * @return the largest first; fewer if there are fewer micro-concepts
   */
  public List<Concept> concepts(int count) {
    List<Concept> out = new ArrayList<>();
    for (List<MicroConcept> group : groups(count)) {
      group.sort(Comparator.comparingLong(MicroConcept::id));
      MicroConcept whole = new MicroConcept(group.get(0));
      group.subList(1, group.size()).forEach(whole::absorb);
      out.add(Concept.of(whole, group));
    }
    return out;
  }

  private List<List<MicroConcept>> groups(int count) {
    WardTree tree = new WardTree(microConcepts);
    return tree.groups(count == 0 ? tree.naturalCount(threshold) : count);
  }

  /** Says which concept each sketch is in. */
  public Membership membership(int count) {
    Map<Long, Long> concepts = new HashMap<>();
    for (List<MicroConcept> group : groups(count)) {
      long id = group.stream().mapToLong(MicroConcept::id).min().orElseThrow();
      group.forEach(one -> concepts.put(one.id(), id));
    }
    return new Membership(concepts, now);
  }

  /** Which concept a sketch is in. Thread-safe. */
  public static final class Membership {
    private final Map<Long, Long> concepts;
    private final ToLongFunction<String> now;

    private Membership(Map<Long, Long> concepts, ToLongFunction<String> now) {
      this.concepts = Map.copyOf(concepts);
      this.now = now;
    }

    /** The {@link Concept#id} of all. */
    public Set<Long> concepts() {
      return Set.copyOf(concepts.values());
    }

    /** The concept of the sketch of an id; empty if it has none of these. */
    public OptionalLong of(String sketch) {
      Long found = concepts.get(now.applyAsLong(sketch));
      return found == null ? OptionalLong.empty() : OptionalLong.of(found);
    }
  }
}
