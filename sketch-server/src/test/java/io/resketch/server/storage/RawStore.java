package io.resketch.server.storage;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.DBOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/** Changes a closed data directory behind the store's back. */
final class RawStore implements AutoCloseable {
  private final DBOptions options = new DBOptions();
  private final List<ColumnFamilyHandle> handles = new ArrayList<>();
  private final List<String> names = new ArrayList<>();
  private final RocksDB db;

  RawStore(Path directory) throws IOException, RocksDBException {
    Files.delete(directory.resolve("CLOSED"));
    List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
    try (Options listing = new Options()) {
      for (byte[] name : RocksDB.listColumnFamilies(listing, directory.toString())) {
        descriptors.add(new ColumnFamilyDescriptor(name));
        names.add(new String(name, UTF_8));
      }
    }
    db = RocksDB.open(options, directory.toString(), descriptors, handles);
  }

  private ColumnFamilyHandle family(String name) {
    return handles.get(names.indexOf(name));
  }

  void put(String family, byte[] key, byte[] value) throws RocksDBException {
    db.put(family(family), key, value);
  }

  void delete(String family, byte[] key) throws RocksDBException {
    db.delete(family(family), key);
  }

  void addFamily(String name) throws RocksDBException {
    handles.add(db.createColumnFamily(new ColumnFamilyDescriptor(name.getBytes(UTF_8))));
  }

  void dropFamily(String name) throws RocksDBException {
    db.dropColumnFamily(family(name));
  }

  @Override
  public void close() {
    handles.forEach(ColumnFamilyHandle::close);
    db.close();
    options.close();
  }
}
