package io.resketch.server.repository;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import com.google.protobuf.Timestamp;
import io.resketch.core.InvalidInputException;
import io.resketch.server.storage.RequestLog;
import io.resketch.server.storage.RocksStore;
import io.resketch.server.storage.StorageException;
import io.resketch.server.storage.StoreBatch;
import io.resketch.v1.RequestRecord;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Calls that are done once, however often they are made: one that comes again with its request id
 * is answered as the first time, also after a crash. Thread-safe.
 */
public final class Requests {
  /** How long a call is remembered at least. */
  public static final Duration REMEMBERED = Duration.ofHours(24);

  private static final Pattern UUID_FORM =
      Pattern.compile(
          "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}");
  private static final int LOCKS = 256;

  private final RocksStore store;
  private final RequestLog log;
  private final InstantSource clock;

  /** By hash of the id: a call waits for one with the same id that is under way. */
  private final Object[] locks = Stream.generate(Object::new).limit(LOCKS).toArray();

  Requests(RocksStore store, InstantSource clock) {
    this.store = store;
    this.log = new RequestLog(store);
    this.clock = clock;
  }

  /**
   * Does a call, unless it has been done. One that fails is not remembered.
   *
   * @param requestId a UUID; empty: the call is done each time it is made
   * @param request with its id
   * @param parser of the answer
   * @param answer what is answered for a result
   * @param work the call; it adds the receipt to the batch of what it changes, if it changes
   *     anything
   * @throws InvalidInputException if the id is no UUID, or of another request
   */
  public <R, T extends Message> T once(
      String requestId,
      Message request,
      Parser<T> parser,
      Function<R, T> answer,
      Function<Receipt<R>, R> work) {
    if (requestId.isEmpty()) {
      return answer.apply(work.apply(Receipt.none()));
    }
    if (!UUID_FORM.matcher(requestId).matches()) {
      throw new InvalidInputException(
          "request_id",
          "\"" + requestId + "\" is no UUID such as 6f2c8ab0-51c5-4b4e-9b1e-0a4a9a7d2c11");
    }
    UUID id = UUID.fromString(requestId);
    synchronized (locks[Math.floorMod(id.hashCode(), LOCKS)]) {
      ByteString hash = hash(request);
      Optional<RequestRecord> known = log.find(id);
      if (known.isPresent()) {
        return again(id, known.get(), hash, parser);
      }
      return first(id, hash, answer, work);
    }
  }

  private <R, T extends Message> T first(
      UUID id, ByteString hash, Function<R, T> answer, Function<Receipt<R>, R> work) {
    Instant now = clock.instant();
    RequestRecord.Builder record =
        RequestRecord.newBuilder()
            .setRequestHash(hash)
            .setTime(
                Timestamp.newBuilder().setSeconds(now.getEpochSecond()).setNanos(now.getNano()));
    boolean[] written = {false};
    R result =
        work.apply(
            (batch, value) -> {
              batch.request(id, record.setResponse(answer.apply(value).toByteString()).build());
              written[0] = true;
            });
    T out = answer.apply(result);
    if (!written[0]) { // there was nothing to change, and there will be nothing
      try (StoreBatch batch = store.batch()) {
        batch.request(id, record.setResponse(out.toByteString()).build());
        batch.commit();
      }
    }
    return out;
  }

  private static <T> T again(UUID id, RequestRecord known, ByteString hash, Parser<T> parser) {
    if (!known.getRequestHash().equals(hash)) {
      throw new InvalidInputException(
          "request_id", id + " was used for another request; make a new one for each");
    }
    try {
      return parser.parseFrom(known.getResponse());
    } catch (InvalidProtocolBufferException e) {
      throw new StorageException(
          StorageException.Reason.DATA_DAMAGED,
          "the answer to the request " + id + " is damaged",
          e);
    }
  }

  private static ByteString hash(Message request) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(request.getDescriptorForType().getFullName().getBytes(StandardCharsets.UTF_8));
      digest.update((byte) 0);
      CodedOutputStream out =
          CodedOutputStream.newInstance(
              new DigestOutputStream(OutputStream.nullOutputStream(), digest));
      out.useDeterministicSerialization(); // of the order of labels
      request.writeTo(out);
      out.flush();
      return ByteString.copyFrom(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every Java has it
    } catch (IOException e) {
      throw new UncheckedIOException(e); // there is no output
    }
  }

  /** Forgets calls that were done too long ago; returns how many. */
  public int forgetOld() {
    Instant before = clock.instant().minus(REMEMBERED);
    return log.forgetBefore(Timestamp.newBuilder().setSeconds(before.getEpochSecond()).build());
  }
}
