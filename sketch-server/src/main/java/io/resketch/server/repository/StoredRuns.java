package io.resketch.server.repository;

import io.resketch.core.InvalidInputException;
import io.resketch.core.decode.Decoded;
import io.resketch.core.decode.Decoder;
import io.resketch.core.decode.GraphDecoder;
import io.resketch.core.decode.Unrolled;
import io.resketch.core.decode.Unroller;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.sketch.Sketch;
import io.resketch.server.repository.RepositoryException.Reason;
import io.resketch.v1.DecodedComputation;
import io.resketch.v1.SketchRecord;
import io.resketch.wire.Graphs;
import java.util.LinkedHashMap;
import java.util.Map;

/** The runs that stored sketches were made of, recovered with their skeletons. Thread-safe. */
public final class StoredRuns {
  private final Repository repository;

  public StoredRuns(Repository repository) {
    this.repository = repository;
  }

  /**
   * Recovers a stored run's attributes.
   *
   * @throws RepositoryException COLLECTION_NOT_FOUND, SKETCH_NOT_FOUND, NO_SKELETON
   */
  public DecodedComputation decode(Names.SketchName name, Decoder decoder) {
    SketchRecord record = repository.get(name);
    DecodedComputation.Builder out =
        Graphs.decoded(decode(record, repository.collection(name.collection()), decoder))
            .toBuilder()
            .setId(name.id())
            .putAllLabels(record.getLabelsMap());
    if (record.hasTime()) {
      out.setTime(record.getTime());
    }
    return out.build();
  }

  private Decoded decode(SketchRecord record, SketchCollection collection, Decoder decoder) {
    Skeleton skeleton =
        repository
            .skeleton(collection, record)
            .orElseThrow(
                () ->
                    new RepositoryException(
                        Reason.NO_SKELETON,
                        record.getName()
                            + " was stored without a skeleton; use SketchService.Decode with the"
                            + " skeleton"));
    return new GraphDecoder(collection.operators(), skeleton)
        .decode(Repository.sketch(record), decoder);
  }

  /**
   * The root objects of a stored run, unrolled, but those of which the sketch holds only sums.
   *
   * @param most that are unrolled: the first ones
   * @return by id; empty if it was stored without a skeleton
   */
  public Map<String, Unrolled> roots(Names.SketchName name, int most) {
    SketchRecord record = repository.get(name);
    if (record.getSkeletonHash().isEmpty()) {
      return Map.of();
    }
    SketchCollection collection = repository.collection(name.collection());
    Decoded decoded = decode(record, collection, Decoder.JOINT);
    Unroller unroller = new Unroller(collection.operators());
    Map<String, Unrolled> out = new LinkedHashMap<>();
    Skeleton skeleton = decoded.skeleton();
    for (int k = 0; k < Math.min(most, skeleton.rootCount()); k++) {
      if (decoded.group(skeleton.root(k)).isPresent()) {
        continue; // it cannot be told from others, and so not be taken out
      }
      String id = skeleton.id(skeleton.root(k));
      out.computeIfAbsent(id, object -> unroller.unroll(decoded, object));
    }
    return out;
  }

  /**
   * The sketch of one object of a stored run and all it was computed from.
   *
   * @throws RepositoryException COLLECTION_NOT_FOUND, SKETCH_NOT_FOUND, NO_SKELETON
   * @throws InvalidInputException if the run has no such object
   */
  public Sketch unroll(Names.SketchName name, String objectId) {
    SketchRecord record = repository.get(name);
    SketchCollection collection = repository.collection(name.collection());
    Decoded decoded = decode(record, collection, Decoder.JOINT);
    return new Unroller(collection.operators()).unroll(decoded, objectId).sketch();
  }
}
