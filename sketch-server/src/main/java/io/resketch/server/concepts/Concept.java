package io.resketch.server.concepts;

import com.google.protobuf.Timestamp;
import io.resketch.core.sketch.Sketch;
import java.util.Comparator;
import java.util.List;

/**
 * A cluster: micro-concepts that belong together.
 *
 * @param id of its oldest micro-concept
 * @param size sketches in it
 * @param first time of its first sketch, null if none has a time
 * @param last time of its last sketch, null if none has a time
 * @param spread root mean square distance of the members from the centre, all members at norm 1
 * @param drift ‖L − E‖ / spread, with E = Σ(l − t)x / Σ(l − t) the centre with weights that fall
 *     over time and L = Σ(t − f)x / Σ(t − f) that with weights that rise, from the first time f to
 *     the last l
 * @param driftByChance the root mean square of the drift of members in random order
 * @param centre mean of the members at norm 1
 * @param parts its micro-concepts, largest first
 */
public record Concept(
    long id,
    long size,
    Timestamp first,
    Timestamp last,
    double spread,
    double drift,
    double driftByChance,
    float[] centre,
    List<Part> parts) {
  /**
   * A micro-concept of it.
   *
   * @param id its number
   * @param size sketches in it
   * @param representatives ids of sketches near its centre
   */
  public record Part(long id, long size, List<String> representatives) {}

  /** Cosine of the centre and a sketch, over the floats that both have; 0 if those are zero. */
  public double cosine(Sketch sketch) {
    float[] other = sketch.toArray();
    int shared = Math.min(centre.length, other.length);
    double norms =
        Math.sqrt(Vectors.dot(centre, centre, shared) * Vectors.dot(other, other, shared));
    return norms == 0 ? 0 : Vectors.dot(centre, other, shared) / norms;
  }

  static Concept of(MicroConcept whole, List<MicroConcept> parts) {
    return new Concept(
        whole.id(),
        whole.size(),
        whole.first(),
        whole.last(),
        whole.spread(),
        whole.drift(),
        whole.driftByChance(),
        whole.mean(),
        parts.stream()
            .sorted(
                Comparator.comparingLong(MicroConcept::size)
                    .reversed()
                    .thenComparing(MicroConcept::id))
            .map(part -> new Part(part.id(), part.size(), part.representatives()))
            .toList());
  }
}
