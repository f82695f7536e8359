package io.resketch.server.exchange;

import com.google.protobuf.ByteString;
import io.resketch.core.InvalidInputException;
import io.resketch.core.MismatchException;
import io.resketch.core.spec.SketchSpec;
import io.resketch.server.repository.Inputs;
import io.resketch.server.repository.Names;
import io.resketch.server.repository.Repository;
import io.resketch.server.repository.RepositoryException;
import io.resketch.server.repository.RepositoryException.Reason;
import io.resketch.server.repository.SketchCollection;
import io.resketch.v1.ExchangeHeader;
import io.resketch.v1.ExchangeItem;
import io.resketch.v1.ExchangeSkeleton;
import io.resketch.v1.ExchangeSketch;
import io.resketch.v1.FinishedSketch;
import io.resketch.v1.PutItem;
import io.resketch.v1.Skeleton;
import io.resketch.wire.Sketches;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;

/** Takes items of one export into a collection. Not thread-safe. */
public final class Importer {
  /** Skeletons kept for sketches to come: the newest, and older ones up to these bytes. */
  private static final long SKELETON_BYTES = 4 << 20;

  private final Repository repository;
  private final SketchCollection collection;
  private final Map<ByteString, Skeleton> skeletons = new LinkedHashMap<>(16, 0.75f, true);
  private long skeletonBytes;

  public Importer(Repository repository, SketchCollection collection) {
    this.repository = repository;
    this.collection = collection;
  }

  /**
   * Checks that what follows fits the collection.
   *
   * @throws MismatchException FINGERPRINT_MISMATCH if the spec is another
   */
  public void begin(ExchangeHeader header) {
    if (!header.hasSpec()) {
      throw new InvalidInputException(
          "item.header.spec", "is missing; give the spec of the collection that was exported");
    }
    SketchSpec given = Sketches.spec(header.getSpec());
    SketchSpec own = collection.operators().spec();
    if (!given.fingerprint().equals(own.fingerprint())) {
      throw new MismatchException(
          MismatchException.Reason.FINGERPRINT_MISMATCH,
          "item.header.spec: what was exported has fingerprint "
              + given.fingerprint()
              + ", "
              + Names.collection(collection.id())
              + " has "
              + own.fingerprint()
              + "; import it into a new collection of its own spec");
    }
  }

  /**
   * Stores an item that is not a header; returns when it is on disk, or, for a skeleton, kept until
   * a sketch needs it.
   *
   * @throws InvalidInputException if the item is not valid
   * @throws RepositoryException as {@link Repository#put}, and SKELETON_MISSING
   */
  public void take(ExchangeItem item) {
    switch (item.getContentCase()) {
      case MODULES ->
          repository.register(collection, Inputs.modules(item.getModules().getModulesList()));
      case SKELETON -> keep(item.getSkeleton());
      case SKETCH -> put(item.getSketch());
      case HEADER, CONTENT_NOT_SET ->
          throw new InvalidInputException(
              "item", "is empty; give modules, a skeleton or a sketch behind the header");
    }
  }

  private void keep(ExchangeSkeleton item) {
    var skeleton = Inputs.skeleton(collection.operators().spec(), item.getSkeleton());
    ByteString hash = ByteString.copyFrom(skeleton.contentHash());
    if (!hash.equals(item.getHash())) {
      throw new InvalidInputException(
          "item.skeleton.hash",
          hex(item.getHash()) + " is not that of the skeleton, " + hex(hash) + "; export it again");
    }
    keep(hash, item.getSkeleton());
  }

  private void keep(ByteString hash, Skeleton skeleton) {
    if (skeletons.put(hash, skeleton) == null) {
      skeletonBytes += skeleton.getSerializedSize();
    }
    Iterator<Skeleton> eldest = skeletons.values().iterator();
    while (skeletonBytes > SKELETON_BYTES && skeletons.size() > 1) {
      skeletonBytes -= eldest.next().getSerializedSize();
      eldest.remove();
    }
  }

  private void put(ExchangeSketch item) {
    FinishedSketch.Builder out =
        FinishedSketch.newBuilder()
            .setId(item.getId())
            .putAllLabels(item.getLabelsMap())
            .setSketch(item.getSketch());
    if (item.hasTime()) {
      out.setTime(item.getTime());
    }
    if (!item.getSkeletonHash().isEmpty() && collection.keepsSkeletons()) {
      out.setSkeleton(skeleton(item));
    }
    repository.put(collection, PutItem.newBuilder().setFinished(out).build());
  }

  private Skeleton skeleton(ExchangeSketch item) {
    Skeleton kept = skeletons.get(item.getSkeletonHash());
    if (kept != null) {
      return kept;
    }
    Skeleton stored =
        repository
            .storedSkeleton(collection, item.getSkeletonHash())
            .orElseThrow(
                () ->
                    new RepositoryException(
                        Reason.SKELETON_MISSING,
                        "item.sketch.skeleton_hash: "
                            + hex(item.getSkeletonHash())
                            + " was not sent before the sketch "
                            + item.getId()
                            + "; send its skeleton right before it"));
    keep(item.getSkeletonHash(), stored);
    return stored;
  }

  private static String hex(ByteString hash) {
    return HexFormat.of().formatHex(hash.toByteArray());
  }
}
