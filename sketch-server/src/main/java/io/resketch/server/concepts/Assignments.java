package io.resketch.server.concepts;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * Which slot each sketch went to, by 56 bits of a hash of its id: 11 to 21 bytes a sketch. Two of
 * two million sketches share a hash with a probability of 1 in 36,000; then one of them is not
 * counted. Not thread-safe.
 */
final class Assignments {
  private static final int SLOT_BITS = 8;
  private static final long SLOT_MASK = (1L << SLOT_BITS) - 1;
  private static final int FIRST_CAPACITY = 256;

  private long[] table = new long[FIRST_CAPACITY];
  private int size;

  int size() {
    return size;
  }

  /** Never 0 above the slot, which marks an empty place. */
  private static long key(String id) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(id.getBytes(StandardCharsets.UTF_8));
      long key = ByteBuffer.wrap(digest).getLong() & ~SLOT_MASK;
      return key == 0 ? 1L << SLOT_BITS : key;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private int home(long key) {
    return (int) (key >>> SLOT_BITS) & (table.length - 1);
  }

  /** The place of a key, or the empty one where it belongs. */
  private int place(long key) {
    int at = home(key);
    while (table[at] != 0 && (table[at] & ~SLOT_MASK) != key) {
      at = (at + 1) & (table.length - 1);
    }
    return at;
  }

  /** The slot of a sketch, -1 if it has none. */
  int slot(String id) {
    long entry = table[place(key(id))];
    return entry == 0 ? -1 : (int) (entry & SLOT_MASK);
  }

  /** Puts a sketch that has none into a slot, 0 to 255. */
  void put(String id, int slot) {
    if (4 * (size + 1) > 3 * table.length) {
      long[] old = table;
      table = new long[2 * old.length];
      for (long entry : old) {
        if (entry != 0) {
          table[place(entry & ~SLOT_MASK)] = entry;
        }
      }
    }
    long key = key(id);
    table[place(key)] = key | slot;
    size++;
  }

  /** Takes out a sketch that has a slot; those behind it move up, so that probing finds them. */
  void remove(String id) {
    int hole = place(key(id));
    table[hole] = 0;
    size--;
    int mask = table.length - 1;
    for (int at = (hole + 1) & mask; table[at] != 0; at = (at + 1) & mask) {
      int home = home(table[at] & ~SLOT_MASK);
      if (((at - home) & mask) >= ((at - hole) & mask)) {
        table[hole] = table[at];
        table[at] = 0;
        hole = at;
      }
    }
  }

  /** Moves all sketches of each slot s to {@code to[s]}. */
  void move(int[] to) {
    for (int i = 0; i < table.length; i++) {
      if (table[i] != 0) {
        table[i] = (table[i] & ~SLOT_MASK) | to[(int) (table[i] & SLOT_MASK)];
      }
    }
  }
}
