package io.resketch.server.recovery;

import com.google.protobuf.ByteString;
import io.resketch.core.InvalidInputException;
import io.resketch.v1.Lease;
import java.util.zip.CRC32C;

/**
 * Takes the parts of a checkpoint. They count when the last has come; until then the one before
 * stays. Belongs to one thread.
 */
public final class CheckpointWriter {
  private static final int MAX_PART = 1 << 20;

  private final Leases leases;
  private final Lease lease;
  private final long number;
  private final CRC32C crc = new CRC32C();
  private int parts;
  private long bytes;

  /**
   * Starts.
   *
   * @throws io.resketch.server.repository.RepositoryException LEASE_LOST
   */
  public CheckpointWriter(Leases leases, Lease lease) {
    this.leases = leases;
    this.lease = lease;
    this.number = leases.nextCheckpoint(lease);
  }

  /** The next part; on disk when this returns. */
  public void add(ByteString part) {
    bytes += part.size();
    if (part.size() > MAX_PART || bytes > Leases.MAX_CHECKPOINT_BYTES) {
      throw new InvalidInputException(
          "part",
          part.size()
              + " bytes must be at most "
              + MAX_PART
              + ", and all parts together at most "
              + Leases.MAX_CHECKPOINT_BYTES);
    }
    part.asReadOnlyByteBufferList().forEach(crc::update);
    leases.part(lease, number, parts++, part);
  }

  /**
   * Makes it the job's checkpoint.
   *
   * @return whether the worker is to stop
   */
  public boolean finish(int crc32c) {
    if ((int) crc.getValue() != crc32c) {
      throw new InvalidInputException(
          "crc32c",
          Integer.toHexString(crc32c)
              + " is not that of the parts, "
              + Integer.toHexString((int) crc.getValue())
              + "; send them again");
    }
    return leases.checkpoint(lease, number, crc32c);
  }
}
