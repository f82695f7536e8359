package io.resketch.server.exchange;

import com.google.protobuf.ByteString;
import io.resketch.core.stats.ModuleProfile;
import io.resketch.server.query.Selection;
import io.resketch.server.repository.Inputs;
import io.resketch.server.repository.Repository;
import io.resketch.server.repository.SketchCollection;
import io.resketch.server.storage.StorageException;
import io.resketch.v1.Collection;
import io.resketch.v1.ExchangeHeader;
import io.resketch.v1.ExchangeItem;
import io.resketch.v1.ExchangeModules;
import io.resketch.v1.ExchangeSkeleton;
import io.resketch.v1.ExchangeSketch;
import io.resketch.v1.Module;
import io.resketch.v1.Skeleton;
import io.resketch.v1.SketchRecord;
import io.resketch.wire.Sketches;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;

/**
 * Reads a collection out, item by item: header, modules, and every sketch behind its skeleton.
 * Between two calls it holds a page of at most {@value #PAGE_SKETCHES} sketches or {@value
 * #PAGE_BYTES} bytes and one sketch more, and nothing of the store. Not thread-safe.
 */
public final class Exporter {
  private static final int PAGE_SKETCHES = 64;
  private static final int PAGE_BYTES = 4 << 20;
  private static final int MODULES_BYTES = 1 << 20;

  /** Skeletons remembered as sent, by their last use. */
  private static final int SENT_SKELETONS = 4096;

  /**
   * One item.
   *
   * @param position of the last sketch read out, where a listing can be taken up; null before the
   *     first
   */
  public record Part(byte[] position, ExchangeItem item) {}

  private record Stored(byte[] position, String id, SketchRecord record) {}

  private final Repository repository;
  private final SketchCollection collection;
  private final Selection selection;
  private final Queue<Part> ready = new ArrayDeque<>();
  private final Queue<Stored> page = new ArrayDeque<>();
  private final Map<ByteString, Boolean> sent =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteString, Boolean> eldest) {
          return size() > SENT_SKELETONS;
        }
      };
  private Map<String, ModuleProfile> known = Map.of();
  private byte[] position;
  private boolean ended;

  /**
   * Starts in front of the first sketch.
   *
   * @param after null, or the position to take up behind
   */
  public Exporter(
      Repository repository, SketchCollection collection, Selection selection, byte[] after) {
    this.repository = repository;
    this.collection = collection;
    this.selection = selection;
    this.position = after;
    add(ExchangeItem.newBuilder().setHeader(header(repository.describe(collection))));
  }

  private static ExchangeHeader header(Collection collection) {
    ExchangeHeader.Builder out =
        ExchangeHeader.newBuilder()
            .setSpec(collection.getSpec())
            .setSkeletonPolicy(collection.getSkeletonPolicy())
            .addAllRollupLabels(collection.getRollupLabelsList());
    if (collection.hasRetention()) {
      out.setRetention(collection.getRetention());
    }
    if (collection.hasIndex()) {
      out.setIndex(collection.getIndex());
    }
    return out.build();
  }

  /**
   * The next item, empty at the end.
   *
   * @throws io.resketch.server.repository.RepositoryException COLLECTION_NOT_FOUND if the
   *     collection was deleted meanwhile
   */
  public Optional<Part> next() {
    while (true) {
      if (!ready.isEmpty()) {
        return Optional.of(ready.remove());
      }
      if (page.isEmpty() && ended) {
        return Optional.empty();
      }
      if (page.isEmpty()) {
        readPage();
      } else {
        take(page.remove());
      }
    }
  }

  private void add(ExchangeItem.Builder item) {
    ready.add(new Part(position, item.build()));
  }

  /** A sketch is read before its modules: what a put under way adds is known when both are sent. */
  private void readPage() {
    int[] bytes = {0};
    ended = true;
    selection.visit(
        repository,
        collection,
        position,
        (at, id, record) -> {
          if (page.size() == PAGE_SKETCHES || bytes[0] >= PAGE_BYTES) {
            ended = false;
            return false;
          }
          page.add(new Stored(at, id, record));
          bytes[0] += record.getSerializedSize();
          return true;
        });
    addModules(repository.settledModules(collection));
  }

  private void addModules(Map<String, ModuleProfile> modules) {
    ExchangeModules.Builder part = ExchangeModules.newBuilder();
    int bytes = 0;
    long attributes = 0;
    for (ModuleProfile profile : modules.values()) {
      if (profile.equals(known.get(profile.name()))) {
        continue;
      }
      Module module = Sketches.module(profile);
      bytes += module.getSerializedSize();
      attributes += module.getDimension();
      if (part.getModulesCount() > 0
          && (bytes > MODULES_BYTES || attributes > Inputs.MAX_ATTRIBUTES)) {
        add(ExchangeItem.newBuilder().setModules(part));
        part.clear();
        bytes = module.getSerializedSize();
        attributes = module.getDimension();
      }
      part.addModules(module);
    }
    if (part.getModulesCount() > 0) {
      add(ExchangeItem.newBuilder().setModules(part));
    }
    known = modules;
  }

  private void take(Stored stored) {
    ByteString hash = stored.record().getSkeletonHash();
    if (!hash.isEmpty() && sent.get(hash) == null) {
      Optional<Skeleton> skeleton = repository.storedSkeleton(collection, hash);
      if (skeleton.isEmpty()) {
        requireDeleted(stored);
        return;
      }
      sent.put(hash, true);
      add(
          ExchangeItem.newBuilder()
              .setSkeleton(
                  ExchangeSkeleton.newBuilder().setHash(hash).setSkeleton(skeleton.orElseThrow())));
    }
    ExchangeSketch.Builder sketch =
        ExchangeSketch.newBuilder()
            .setId(stored.id())
            .putAllLabels(stored.record().getLabelsMap())
            .setSketch(stored.record().getSketch())
            .setSkeletonHash(hash);
    if (stored.record().hasTime()) {
      sketch.setTime(stored.record().getTime());
    }
    position = stored.position();
    add(ExchangeItem.newBuilder().setSketch(sketch));
  }

  private void requireDeleted(Stored stored) {
    if (repository.holds(collection, stored.id())) {
      throw new StorageException(
          StorageException.Reason.DATA_DAMAGED,
          stored.record().getName() + " is damaged: its skeleton is missing; restore a backup",
          null);
    }
  }
}
