package io.resketch.server.storage;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import com.google.protobuf.Timestamp;
import io.resketch.v1.Collection;
import io.resketch.v1.Module;
import io.resketch.v1.RollUp;
import io.resketch.v1.Skeleton;
import io.resketch.v1.SketchRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.rocksdb.BackupEngine;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Snapshot;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The records of a data directory. One column family per kind; a write is one atomic batch, on disk
 * when {@link StoreBatch#commit} returns. Every failure is a {@link StorageException} that names
 * the directory. Thread-safe; a batch belongs to one thread.
 */
public final class RocksStore implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RocksStore.class);
  private static final String FORMAT = "1";
  private static final long READ_AHEAD = 4 << 20;

  /** Bits a record in the filters of tables: one look in a hundred is in vain. */
  private static final double FILTER_BITS = 10;

  /** Bytes of the write-ahead log; after a crash a start reads that much. */
  private static final long MAX_LOG = 256 << 20;

  private static final byte[] FORMAT_KEY = Keys.utf8("format");

  private final DataDirectory directory;
  private final RocksDB db;
  private final DBOptions options;
  private final ColumnFamilyOptions familyOptions;
  private final WriteOptions durable;
  private final ReadOptions latest = new ReadOptions();
  private final Map<Family, ColumnFamilyHandle> handles = new EnumMap<>(Family.class);

  /** Held for reading by every use of the database, for writing while it is closed. */
  private final ReentrantReadWriteLock open = new ReentrantReadWriteLock();

  private boolean closed;

  /** Of the last write, null if it was written. */
  private volatile StorageException writeFailure;

  private RocksStore(
      DataDirectory directory,
      RocksDB db,
      DBOptions options,
      ColumnFamilyOptions familyOptions,
      List<ColumnFamilyHandle> opened) {
    this.directory = directory;
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
   * Opens a data directory, or starts one. A write that a crash cut short is dropped; any other
   * damage is refused.
   *
   * @throws StorageException if another server has it open, it was written by an unknown version,
   *     it is damaged, or the disk refuses
   */
  public static RocksStore open(Path path) {
    RocksDB.loadLibrary();
    // The default mode would drop, without a word, all writes behind a damaged one.
    DBOptions options =
        new DBOptions()
            .setCreateIfMissing(true)
            .setCreateMissingColumnFamilies(true)
            .setMaxTotalWalSize(MAX_LOG)
            .setWalRecoveryMode(WALRecoveryMode.TolerateCorruptedTailRecords);
    ColumnFamilyOptions familyOptions =
        new ColumnFamilyOptions()
            .setCompressionType(CompressionType.LZ4_COMPRESSION)
            // A single record is looked for in one table instead of one a level.
            .setTableFormatConfig(
                new BlockBasedTableConfig().setFilterPolicy(new BloomFilter(FILTER_BITS)));
    List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
    for (Family family : Family.values()) {
      descriptors.add(new ColumnFamilyDescriptor(Keys.utf8(family.label()), familyOptions));
    }
    List<ColumnFamilyHandle> opened = new ArrayList<>();
    DataDirectory directory = new DataDirectory(path);
    RocksDB db;
    try {
      db = directory.open(options, descriptors, opened);
    } catch (StorageException e) {
      familyOptions.close();
      options.close();
      throw e;
    }
    RocksStore store = new RocksStore(directory, db, options, familyOptions, opened);
    try {
      store.checkFormat();
    } catch (StorageException e) {
      store.close();
      throw e;
    }
    return store;
  }

  private void checkFormat() {
    byte[] found = get(Family.DEFAULT, FORMAT_KEY);
    if (found != null) {
      String format = new String(found, StandardCharsets.UTF_8);
      if (!format.equals(FORMAT)) {
        throw directory.notOurs(
            "it has storage format " + format + ", this release reads format " + FORMAT);
      }
      return;
    }
    for (Family family : Family.values()) {
      scan(
          family,
          new byte[0],
          new byte[0],
          (key, value) -> {
            throw directory.notOurs("it holds records but no storage format");
          });
    }
    try (StoreBatch batch = batch()) {
      batch.put(Family.DEFAULT, FORMAT_KEY, Keys.utf8(FORMAT));
      batch.commit();
    }
  }

  /** A use of the database. */
  interface Use<T> {
    T run() throws RocksDBException;
  }

  /** Runs a use unless the database is closed, and keeps it open meanwhile. */
  <T> T use(String doing, Use<T> use) {
    open.readLock().lock();
    try {
      if (closed) {
        throw directory.closed();
      }
      return use.run();
    } catch (RocksDBException e) {
      throw directory.failure(doing, e);
    } finally {
      open.readLock().unlock();
    }
  }

  byte[] get(Family family, byte[] key) {
    return get(latest, family, key);
  }

  private byte[] get(ReadOptions at, Family family, byte[] key) {
    return use("reading", () -> db.get(handles.get(family), at, key));
  }

  private <T> Optional<T> get(Family family, byte[] key, Parser<T> parser) {
    return get(latest, family, key, parser);
  }

  <T> Optional<T> get(ReadOptions at, Family family, byte[] key, Parser<T> parser) {
    byte[] value = get(at, family, key);
    return value == null ? Optional.empty() : Optional.of(parse(value, parser));
  }

  <T> T parse(byte[] value, Parser<T> parser) {
    try {
      CodedInputStream in = CodedInputStream.newInstance(value);
      in.enableAliasing(true); // the value is nobody else's
      T message = parser.parseFrom(in);
      in.checkLastTagWas(0);
      return message;
    } catch (InvalidProtocolBufferException e) {
      throw directory.damaged("a record cannot be read: " + e.getMessage(), e);
    }
  }

  /** A stored sketch; its record has no name. */
  public Optional<SketchRecord> sketch(String collection, String id) {
    return get(Family.SKETCHES, Keys.in(collection, id), SketchRecord.parser());
  }

  /** How many sketches have the skeleton of a content hash; 0 if it is not stored. */
  public long skeletonUses(String collection, byte[] hash) {
    byte[] value = get(Family.SKELETON_USES, Keys.in(collection, hash));
    if (value != null && value.length != Long.BYTES) {
      throw directory.damaged("the use count of a skeleton of " + collection + " is damaged", null);
    }
    return value == null ? 0 : ByteBuffer.wrap(value).getLong();
  }

  /**
   * The skeleton of a stored sketch by content hash.
   *
   * @throws StorageException if it is not there
   */
  public Skeleton skeleton(String collection, byte[] hash) {
    return findSkeleton(collection, hash)
        .orElseThrow(
            () ->
                directory.damaged(
                    "a skeleton of "
                        + collection
                        + " is missing: "
                        + HexFormat.of().formatHex(hash),
                    null));
  }

  /** The skeleton of a content hash, if it is stored. */
  public Optional<Skeleton> findSkeleton(String collection, byte[] hash) {
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

  StorageException damaged(String what) {
    return directory.damaged(what, null);
  }

  /** Takes up records of a scan; returns false to end it. */
  interface Visitor {
    boolean visit(byte[] key, byte[] value);
  }

  void scan(Family family, byte[] prefix, byte[] start, Visitor visitor) {
    scan(latest, family, prefix, start, visitor);
  }

  void scan(ReadOptions at, Family family, byte[] prefix, byte[] start, Visitor visitor) {
    use(
        "reading",
        () -> {
          try (RocksIterator iterator = db.newIterator(handles.get(family), at)) {
            boolean more = true;
            for (iterator.seek(start); more && iterator.isValid(); iterator.next()) {
              byte[] key = iterator.key();
              more = Keys.startsWith(key, prefix) && visitor.visit(key, iterator.value());
            }
            iterator.status(); // an iterator that cannot read on looks like one at its end
          }
          return null;
        });
  }

  /** The last key with a prefix that ends in a zero byte, null if there is none. */
  byte[] lastKey(ReadOptions at, Family family, byte[] prefix) {
    byte[] behind = prefix.clone();
    behind[behind.length - 1] = 1;
    return use(
        "reading",
        () -> {
          try (RocksIterator iterator = db.newIterator(handles.get(family), at)) {
            iterator.seekForPrev(behind);
            byte[] key = iterator.isValid() ? iterator.key() : null;
            iterator.status();
            return key != null && Keys.startsWith(key, prefix) ? key : null;
          }
        });
  }

  /** Takes up sketches of a listing. */
  public interface SketchVisitor {
    /**
     * Called for each sketch in order.
     *
     * @param position opaque; a listing can be taken up behind it
     * @return false to end the listing
     */
    boolean visit(byte[] position, String id, SketchRecord record);
  }

  /**
   * Visits sketches in order of time, then id, as they were when the call began, but for those
   * deleted before they are reached.
   *
   * @param start null for no lower bound, which includes sketches without a time
   * @param end null for no upper bound; exclusive
   * @param after null, or the position to take up behind
   */
  public void visitByTime(
      String collection, Timestamp start, Timestamp end, byte[] after, SketchVisitor visitor) {
    try (StoreSnapshot now = snapshot()) {
      now.visitByTime(collection, start, end, after, visitor);
    }
  }

  /** What the store holds now, to be read as it is. */
  public StoreSnapshot snapshot() {
    return use("reading", () -> new StoreSnapshot(this, db.getSnapshot()));
  }

  /** Gives a snapshot back, unless the database has taken it along. */
  void release(Snapshot snapshot) {
    open.readLock().lock();
    try {
      if (!closed) {
        db.releaseSnapshot(snapshot);
      }
    } finally {
      open.readLock().unlock();
    }
  }

  /** Whether all hours with sketches of a collection have been marked from its first sketch on. */
  public boolean marksHours(String collection) {
    return get(Family.DIRTY, Keys.prefix(collection)) != null;
  }

  /** A roll-up of an hour, or of the day that starts with it; {@code label} is 0 without labels. */
  public Optional<RollUp> cell(String collection, Level level, long hour, int label) {
    return get(Family.ROLLUPS, Keys.cell(collection, level, hour, label), RollUp.parser());
  }

  /** Visits all sketches in order of id, as they were when the call began. */
  public void visitById(String collection, SketchVisitor visitor) {
    byte[] prefix = Keys.prefix(collection);
    // It reads ahead, and leaves the cache to those who read single records.
    try (ReadOptions options = new ReadOptions().setReadaheadSize(READ_AHEAD).setFillCache(false)) {
      scan(
          options,
          Family.SKETCHES,
          prefix,
          prefix,
          (key, value) -> {
            String id =
                new String(key, prefix.length, key.length - prefix.length, StandardCharsets.UTF_8);
            return visitor.visit(key, id, parse(value, SketchRecord.parser()));
          });
    }
  }

  /** The log of changes that the index of a collection follows. */
  public ChangeLog changes(String collection) {
    return new ChangeLog(this, collection);
  }

  /** Starts a batch of writes. */
  public StoreBatch batch() {
    return new StoreBatch(this);
  }

  /** Writes a batch; on disk when this returns. */
  void write(WriteBatch batch) {
    try {
      use(
          "writing",
          () -> {
            db.write(durable, batch);
            return null;
          });
      boolean failedBefore = writeFailure != null;
      writeFailure = null;
      if (failedBefore) {
        LOG.info("writes succeed again");
      }
    } catch (StorageException e) {
      boolean isNew = writeFailure == null || writeFailure.reason() != e.reason();
      writeFailure = e;
      if (isNew && e.reason() == StorageException.Reason.DISK_FULL) {
        LOG.error("writes are refused until there is space", e);
      }
      throw e;
    }
  }

  /**
   * Why writes fail, empty if they do not. Where the last one has failed, another is tried that
   * changes nothing.
   */
  public Optional<String> writeTrouble() {
    if (writeFailure != null) {
      try (StoreBatch batch = batch()) {
        batch.put(Family.DEFAULT, FORMAT_KEY, Keys.utf8(FORMAT));
        batch.commit();
      } catch (StorageException e) {
        return Optional.of(e.getMessage());
      }
    }
    return Optional.empty();
  }

  ColumnFamilyHandle handle(Family family) {
    return handles.get(family);
  }

  /** Copies what is on disk now to a new backup, and keeps the database open meanwhile. */
  void backup(BackupEngine engine) throws RocksDBException {
    open.readLock().lock();
    try {
      if (closed) {
        throw directory.closed();
      }
      // Tables are shared between backups, the write-ahead log is not: it is emptied first.
      engine.createNewBackup(db, true);
    } finally {
      open.readLock().unlock();
    }
  }

  /**
   * Waits for uses under way, moves what is in the write-ahead log to tables, which are verified at
   * the next start, and closes the directory. Later uses fail.
   */
  @Override
  public void close() {
    open.writeLock().lock();
    try {
      if (closed) {
        return;
      }
      closed = true;
      try (FlushOptions wait = new FlushOptions()) {
        db.flush(wait, List.copyOf(handles.values()));
      } catch (RocksDBException e) {
        LOG.warn("the write-ahead log keeps what could not be moved to tables", e);
      }
      handles.values().forEach(ColumnFamilyHandle::close);
      db.close();
      durable.close();
      latest.close();
      familyOptions.close();
      options.close();
      directory.writeInventory();
    } catch (IOException e) {
      LOG.warn("what was written is kept; the list of files for the next start is not", e);
    } finally {
      open.writeLock().unlock();
    }
  }
}
