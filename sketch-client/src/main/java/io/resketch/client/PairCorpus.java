package io.resketch.client;

import io.resketch.core.InvalidInputException;
import io.resketch.core.spec.Fingerprint;
import io.resketch.v1.Corpus;
import io.resketch.v1.ReadPairsRequest;
import io.resketch.v1.RecoverNetworkRequest;
import io.resketch.v1.RecoveryParameters;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A corpus on a server: pairs of what went into a network and the sketch that came out. Pairs are
 * only ever added. Thread-safe. Every method throws {@link ResketchException} if the server refuses
 * or cannot be reached; all may be called again with the same arguments.
 */
public final class PairCorpus {
  private final RecoveryClient client;
  private final String name;
  private final List<Integer> inputSizes;
  private final int dimension;
  private final Optional<Fingerprint> fingerprint;

  PairCorpus(RecoveryClient client, Corpus message) {
    this.client = client;
    this.name = message.getName();
    this.inputSizes = List.copyOf(message.getInputSizesList());
    this.dimension = message.getDimension();
    this.fingerprint =
        message.getFingerprint().isEmpty()
            ? Optional.empty()
            : Optional.of(Fingerprint.ofBytes(message.getFingerprint().toByteArray()));
  }

  /** Last part of the name. */
  public String id() {
    return name.substring(name.lastIndexOf('/') + 1);
  }

  /** Resource name, {@code corpora/…}. */
  public String name() {
    return name;
  }

  /** Attributes of every input object, in order. */
  public List<Integer> inputSizes() {
    return inputSizes;
  }

  /** All attributes of the input objects p. */
  public int inputWidth() {
    return inputSizes.stream().mapToInt(Integer::intValue).sum();
  }

  /** Floats of a sketch d. */
  public int dimension() {
    return dimension;
  }

  /** Of the spec of all sketches, if the corpus insists on one. */
  public Optional<Fingerprint> fingerprint() {
    return fingerprint;
  }

  /** What the server holds now: number of pairs, chunks, bytes. */
  public Corpus describe() {
    return client.corpus(name);
  }

  /**
   * Adds pairs over one stream, and returns when all are on the server's disk. Pairs are taken from
   * the source no faster than the server stores them, and sent in batches of about 1 MiB. A pair
   * that the corpus holds is not stored again, so what broke off can be appended again from its
   * start. If the source fails, its error is passed on after everything sent before is stored.
   *
   * @param of the spec that the sketches are of; needed where the corpus has a fingerprint
   * @param listener told of the sums so far after every batch, on the calling thread
   * @throws ResketchException if a pair is refused or the stream breaks: what the listener was told
   *     of is stored
   * @throws InvalidInputException if a pair is not of the corpus' shape
   */
  public AppendSummary append(
      Iterator<Pair> pairs, Optional<Fingerprint> of, Consumer<AppendSummary> listener) {
    AppendSummary[] sum = {new AppendSummary(0, 0)};
    var stream =
        new BulkStream<>(
            new PairAppend(name, RecoveryClient.bytes(of)),
            (id, acknowledgement) -> {
              sum[0] = sum[0].plus(acknowledgement.getAppended(), acknowledgement.getDuplicates());
              listener.accept(sum[0]);
            });
    var unused = client.streams().appendPairs(stream);
    stream.run(new PairBatches(pairs, inputWidth(), dimension));
    return sum[0];
  }

  /** Reads all pairs in the order in which they were added. */
  public PairStream read() {
    return read(ReadPairsRequest.getDefaultInstance());
  }

  /**
   * Reads pairs in the order in which they were added.
   *
   * @param options first row, limit and sample of the request; its corpus is set here
   */
  public PairStream read(ReadPairsRequest options) {
    return new PairStream(
        client, options.toBuilder().setCorpus(name).build(), inputWidth(), dimension);
  }

  /** Starts a recovery; a worker takes it when one is free. */
  public NetworkRecoveryJob recover(RecoveryParameters parameters) {
    RecoverNetworkRequest request =
        RecoverNetworkRequest.newBuilder()
            .setCorpus(name)
            .setParameters(parameters)
            .setRequestId(ResketchClient.requestId())
            .build();
    return new NetworkRecoveryJob(
        client,
        ResketchException.translate(() -> client.service().recoverNetwork(request)).getName());
  }
}
