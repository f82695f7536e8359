package io.resketch.server.storage;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import com.google.protobuf.Timestamp;
import io.resketch.v1.Collection;
import io.resketch.v1.Module;
import io.resketch.v1.Skeleton;
import io.resketch.v1.SketchRecord;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * The records of a data directory. One column family per kind; a write is one atomic batch, on disk
 * when {@link Batch#commit} returns. Thread-safe; a batch belongs to one thread.
 */
public final class RocksStore implements AutoCloseable {
  private static final String FORMAT = "1";
  private static final byte[] FORMAT_KEY = Keys.utf8("format");

  /** The column families; their names are part of the format. */
  private enum Family {
    DEFAULT("default"),
    COLLECTIONS("collections"),
    MODULES("modules"),
    SKETCHES("sketches"),
    TIMES("times"),
    SKELETONS("skeletons");

    private final String label;

    Family(String label) {
      this.label = label;
    }
  }

  private final RocksDB db;
  private final DBOptions options;
  private final ColumnFamilyOptions familyOptions;
  private final WriteOptions durable;
  private final Map<Family, ColumnFamilyHandle> handles = new EnumMap<>(Family.class);

  private RocksStore(
      RocksDB db,
      DBOptions options,
      ColumnFamilyOptions familyOptions,
      List<ColumnFamilyHandle> opened) {
    this.db = db;
    this.options = options;
    this.familyOptions = familyOptions;
    this.durable = new WriteOptions().setSync(true);
    Iterator<ColumnFamilyHandle> next = opened.iterator(); // in the order of the descriptors
    for (Family family : Family.values()) {
      handles.put(family, next.next());
    }
  }

  /**
   * Opens a data directory, or starts one.
   *
   * @throws StorageException if another server has it open, it was written by an unknown version,
   *     or the disk refuses
   */
  public static RocksStore open(Path directory) {
    RocksDB.loadLibrary();
    DBOptions options =
        new DBOptions().setCreateIfMissing(true).setCreateMissingColumnFamilies(true);
    ColumnFamilyOptions familyOptions =
        new ColumnFamilyOptions().setCompressionType(CompressionType.LZ4_COMPRESSION);
    List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
    for (Family family : Family.values()) {
      descriptors.add(new ColumnFamilyDescriptor(Keys.utf8(family.label), familyOptions));
    }
    List<ColumnFamilyHandle> opened = new ArrayList<>();
    RocksStore store;
    try {
      Files.createDirectories(directory);
      RocksDB db = RocksDB.open(options, directory.toString(), descriptors, opened);
      store = new RocksStore(db, options, familyOptions, opened);
    } catch (IOException | RocksDBException e) {
      familyOptions.close();
      options.close();
      if (String.valueOf(e.getMessage()).contains("lock")) {
        throw new StorageException(
            directory + " is in use by another server; stop it or choose another directory", e);
      }
      throw new StorageException(directory + " cannot be opened: " + e.getMessage(), e);
    }
    store.checkFormat(directory);
    return store;
  }

  private void checkFormat(Path directory) {
    byte[] found = get(Family.DEFAULT, FORMAT_KEY);
    if (found == null) {
      try (Batch batch = new Batch()) {
        batch.put(Family.DEFAULT, FORMAT_KEY, Keys.utf8(FORMAT));
        batch.commit();
      }
    } else if (!new String(found, StandardCharsets.UTF_8).equals(FORMAT)) {
      close();
      throw new StorageException(
          directory
              + " has storage format "
              + new String(found, StandardCharsets.UTF_8)
              + "; this release reads format "
              + FORMAT,
          null);
    }
  }

  private byte[] get(Family family, byte[] key) {
    try {
      return db.get(handles.get(family), key);
    } catch (RocksDBException e) {
      throw new StorageException("reading failed: " + e.getMessage(), e);
    }
  }

  private <T> Optional<T> get(Family family, byte[] key, Parser<T> parser) {
    byte[] value = get(family, key);
    return value == null ? Optional.empty() : Optional.of(parse(value, parser));
  }

  private static <T> T parse(byte[] value, Parser<T> parser) {
    try {
      return parser.parseFrom(value);
    } catch (InvalidProtocolBufferException e) {
      throw new StorageException("a stored record is corrupt: " + e.getMessage(), e);
    }
  }

  /** A stored sketch; its record has no name. */
  public Optional<SketchRecord> sketch(String collection, String id) {
    return get(Family.SKETCHES, Keys.in(collection, id), SketchRecord.parser());
  }

  /** A stored skeleton by content hash. */
  public Optional<Skeleton> skeleton(String collection, byte[] hash) {
    return get(Family.SKELETONS, Keys.in(collection, hash), Skeleton.parser());
  }

  /** All collections, by id. */
  public List<Collection> collections() {
    List<Collection> out = new ArrayList<>();
    scan(
        Family.COLLECTIONS,
        new byte[0],
        new byte[0],
        (key, value) -> out.add(parse(value, Collection.parser())));
    return out;
  }

  /** Modules of a collection, by name. */
  public List<Module> modules(String collection) {
    List<Module> out = new ArrayList<>();
    byte[] prefix = Keys.prefix(collection);
    scan(Family.MODULES, prefix, prefix, (key, value) -> out.add(parse(value, Module.parser())));
    return out;
  }

  /** Takes up records of a scan; returns false to end it. */
  private interface Visitor {
    boolean visit(byte[] key, byte[] value);
  }

  private void scan(Family family, byte[] prefix, byte[] start, Visitor visitor) {
    try (RocksIterator iterator = db.newIterator(handles.get(family))) {
      boolean more = true;
      for (iterator.seek(start); more && iterator.isValid(); iterator.next()) {
        more =
            Keys.startsWith(iterator.key(), prefix)
                && visitor.visit(iterator.key(), iterator.value());
      }
      iterator.status();
    } catch (RocksDBException e) {
      throw new StorageException("reading failed: " + e.getMessage(), e);
    }
  }

  /** Takes up sketches of a listing. */
  public interface SketchVisitor {
    /**
     * Called for each sketch in order of time, then id.
     *
     * @param position opaque; a listing can be taken up behind it
     * @return false to end the listing
     */
    boolean visit(byte[] position, String id, SketchRecord record);
  }

  /**
   * Visits sketches in order of time, then id, as they were when the call began.
   *
   * @param start null for no lower bound, which includes sketches without a time
   * @param end null for no upper bound; exclusive
   * @param after null, or the position to take up behind
   */
  public void visitByTime(
      String collection, Timestamp start, Timestamp end, byte[] after, SketchVisitor visitor) {
    byte[] first =
        after != null
            ? after
            : start == null ? Keys.prefix(collection) : Keys.time(collection, start, "");
    byte[] limit = end == null ? null : Keys.time(collection, end, "");
    scan(
        Family.TIMES,
        Keys.prefix(collection),
        first,
        (key, value) -> {
          if (after != null && Arrays.equals(key, after)) {
            return true;
          }
          if (limit != null && Arrays.compareUnsigned(key, limit) >= 0) {
            return false;
          }
          String id = Keys.sketchId(collection, key);
          Optional<SketchRecord> record = sketch(collection, id);
          return record.isEmpty() || visitor.visit(key, id, record.get());
        });
  }

  /** Starts a batch of writes. */
  public Batch batch() {
    return new Batch();
  }

  /** Writes that happen together or not at all. */
  public final class Batch implements AutoCloseable {
    private final WriteBatch batch = new WriteBatch();

    private Batch() {}

    private void put(Family family, byte[] key, byte[] value) {
      try {
        batch.put(handles.get(family), key, value);
      } catch (RocksDBException e) {
        throw new StorageException("writing failed: " + e.getMessage(), e);
      }
    }

    private void put(Family family, byte[] key, MessageLite value) {
      put(family, key, value.toByteArray());
    }

    /** Writes a collection under its id. */
    public void collection(String id, Collection collection) {
      put(Family.COLLECTIONS, Keys.utf8(id), collection);
    }

    /** Writes a module. */
    public void module(String collection, Module module) {
      put(Family.MODULES, Keys.in(collection, module.getName()), module);
    }

    /** Writes a sketch and its place in time. */
    public void sketch(String collection, String id, SketchRecord record) {
      put(Family.SKETCHES, Keys.in(collection, id), record);
      Timestamp time = record.hasTime() ? record.getTime() : null;
      put(Family.TIMES, Keys.time(collection, time, id), new byte[0]);
    }

    /** Writes a skeleton under its content hash. */
    public void skeleton(String collection, byte[] hash, Skeleton skeleton) {
      put(Family.SKELETONS, Keys.in(collection, hash), skeleton);
    }

    /**
     * Writes the batch and returns when it is on disk.
     *
     * @throws StorageException if the disk refuses; nothing is written then
     */
    public void commit() {
      try {
        db.write(durable, batch);
      } catch (RocksDBException e) {
        throw new StorageException("writing failed: " + e.getMessage(), e);
      }
    }

    @Override
    public void close() {
      batch.close();
    }
  }

  @Override
  public void close() {
    handles.values().forEach(ColumnFamilyHandle::close);
    durable.close();
    db.close();
    familyOptions.close();
    options.close();
  }
}
