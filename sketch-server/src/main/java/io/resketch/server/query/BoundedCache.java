package io.resketch.server.query;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Keeps the most recently used values of a costly function. Callers of one key wait for each other,
 * callers of different keys do not. Thread-safe.
 */
public final class BoundedCache<K, V> {
  private final int limit;
  private final LinkedHashMap<K, Cell<V>> cells = new LinkedHashMap<>(16, 0.75f, true);

  private static final class Cell<V> {
    private V value;

    synchronized V get(Supplier<V> supplier) {
      if (value == null) {
        value = supplier.get();
      }
      return value;
    }
  }

  /** Keeps at most {@code limit} values. */
  public BoundedCache(int limit) {
    this.limit = limit;
  }

  /** The value of a key, computed if it is not kept. */
  public V get(K key, Supplier<V> supplier) {
    Cell<V> cell;
    synchronized (cells) {
      cell = cells.computeIfAbsent(key, k -> new Cell<>());
      if (cells.size() > limit) {
        Map.Entry<K, Cell<V>> eldest = cells.entrySet().iterator().next();
        cells.remove(eldest.getKey());
      }
    }
    return cell.get(supplier);
  }
}
