package io.resketch.recovery;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Duration;
import com.google.protobuf.util.Durations;
import com.google.rpc.ErrorInfo;
import io.grpc.Server;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.resketch.core.recovery.PairSample;
import io.resketch.v1.CompleteJobRequest;
import io.resketch.v1.CompleteJobResponse;
import io.resketch.v1.Corpus;
import io.resketch.v1.FailJobRequest;
import io.resketch.v1.FailJobResponse;
import io.resketch.v1.HeartbeatRequest;
import io.resketch.v1.HeartbeatResponse;
import io.resketch.v1.Lease;
import io.resketch.v1.LeaseJobRequest;
import io.resketch.v1.LeaseJobResponse;
import io.resketch.v1.ListCorporaRequest;
import io.resketch.v1.ListCorporaResponse;
import io.resketch.v1.PairBatch;
import io.resketch.v1.ReadCheckpointRequest;
import io.resketch.v1.ReadCheckpointResponse;
import io.resketch.v1.ReadPairsRequest;
import io.resketch.v1.ReadPairsResponse;
import io.resketch.v1.RecoveredNetwork;
import io.resketch.v1.RecoveryJob;
import io.resketch.v1.RecoveryParameters;
import io.resketch.v1.RecoveryServiceGrpc;
import io.resketch.v1.ReleaseJobRequest;
import io.resketch.v1.ReleaseJobResponse;
import io.resketch.v1.SaveCheckpointRequest;
import io.resketch.v1.SaveCheckpointResponse;
import io.resketch.v1.WorkerServiceGrpc;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * The server of one corpus as a worker sees it, with the faults that a test asks for. Jobs are
 * leased in order, each once; a sample is of the first rows.
 */
final class JobServer implements AutoCloseable {
  static final java.time.Duration LEASE = java.time.Duration.ofMillis(900);

  private static final java.time.Duration LONG_LEASE = java.time.Duration.ofSeconds(20);

  private static final int BATCH = 250;

  private final PairSample pairs;
  private final int port;
  private final Deque<RecoveryJob> waiting = new ArrayDeque<>();
  private final List<String> log = new ArrayList<>();
  private Server server;
  private int jobs;
  private Optional<RecoveredNetwork> network = Optional.empty();
  private Optional<byte[]> checkpoint = Optional.empty();
  private int checkpoints;
  private int heartbeats;
  private long leaseMillis = LEASE.toMillis();
  private boolean holdPairs;
  private boolean holdAllPairs;
  private int held;
  private boolean cancel;
  private String lostJob = "";
  private int refusedCompletions;
  private Status readError = Status.OK;

  JobServer(PairSample pairs) throws IOException {
    this.pairs = pairs;
    start(0);
    port = server.getPort();
  }

  private void start(int at) throws IOException {
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), at))
            .addService(new Workers())
            .addService(new Pairs())
            .build()
            .start();
  }

  String target() {
    return "127.0.0.1:" + port;
  }

  /** As if the process had been killed. */
  void stop() throws InterruptedException {
    server.shutdownNow().awaitTermination();
  }

  void startAgain() throws IOException {
    start(port);
  }

  /** Lets a job wait for a worker. */
  synchronized void job(RecoveryParameters parameters) {
    waiting.add(
        RecoveryJob.newBuilder()
            .setName("operations/job-" + jobs++)
            .setCorpus("corpora/rooms")
            .setParameters(parameters)
            .setPairCount(pairs.rows())
            .build());
  }

  /** Leases from now on last for long. */
  synchronized void longLeases() {
    leaseMillis = LONG_LEASE.toMillis();
  }

  /** Whether a worker waits for pairs. */
  synchronized boolean holdsPairs() {
    return held > 0;
  }

  /** Pairs are not sent, so that jobs go on until something ends them. */
  synchronized void holdPairs(boolean hold) {
    holdPairs = hold;
  }

  /** Pairs are not sent but in samples. */
  synchronized void holdAllPairs() {
    holdAllPairs = true;
  }

  /** Pairs cannot be read. */
  synchronized void refusePairs(Status error) {
    readError = error;
  }

  /** Workers are told to cancel. */
  synchronized void cancel() {
    cancel = true;
  }

  /** The lease of a job is lost. */
  synchronized void loseLease(String job) {
    lostJob = "operations/" + job;
  }

  /** So many completions are done and then not answered. */
  synchronized void loseAnswersToComplete(int answers) {
    refusedCompletions = answers;
  }

  synchronized void checkpoint(byte[] state) {
    checkpoint = Optional.of(state);
  }

  synchronized int checkpoints() {
    return checkpoints;
  }

  synchronized int heartbeats() {
    return heartbeats;
  }

  /** Which jobs were leased, and how they ended. */
  synchronized List<String> log() {
    return List.copyOf(log);
  }

  synchronized Optional<RecoveredNetwork> network() {
    return network;
  }

  @Override
  public void close() {
    server.shutdownNow();
  }

  private static StatusRuntimeException lost() {
    return StatusProto.toStatusRuntimeException(
        com.google.rpc.Status.newBuilder()
            .setCode(com.google.rpc.Code.NOT_FOUND_VALUE)
            .setMessage("the lease is lost")
            .addDetails(Any.pack(ErrorInfo.newBuilder().setReason("LEASE_LOST").build()))
            .build());
  }

  private static String id(Lease lease) {
    return lease.getOperation().substring("operations/".length());
  }

  private static <T> void answer(StreamObserver<T> observer, T message) {
    observer.onNext(message);
    observer.onCompleted();
  }

  private final class Workers extends WorkerServiceGrpc.WorkerServiceImplBase {
    @Override
    public void leaseJob(LeaseJobRequest request, StreamObserver<LeaseJobResponse> observer) {
      LeaseJobResponse.Builder out =
          LeaseJobResponse.newBuilder()
              .setLeaseDuration(Durations.fromMillis(leaseMillis))
              .setRetryAfter(Duration.newBuilder().setNanos(50_000_000));
      synchronized (JobServer.this) {
        RecoveryJob job = waiting.poll();
        if (job != null) {
          log.add("lease " + job.getName().substring("operations/".length()));
          out.setLease(Lease.newBuilder().setOperation(job.getName()).setFencingToken(1));
          out.setJob(job);
          out.setCorpus(
              Corpus.newBuilder()
                  .setName(job.getCorpus())
                  .addAllInputSizes(pairs.inputSizes())
                  .setDimension(pairs.dimension()));
        }
      }
      answer(observer, out.build());
    }

    @Override
    public void heartbeat(HeartbeatRequest request, StreamObserver<HeartbeatResponse> observer) {
      boolean told;
      synchronized (JobServer.this) {
        heartbeats++;
        if (request.getLease().getOperation().equals(lostJob)) {
          observer.onError(lost());
          return;
        }
        told = cancel;
      }
      answer(observer, HeartbeatResponse.newBuilder().setCancel(told).build());
    }

    @Override
    public StreamObserver<SaveCheckpointRequest> saveCheckpoint(
        StreamObserver<SaveCheckpointResponse> observer) {
      ByteArrayOutputStream state = new ByteArrayOutputStream();
      return new StreamObserver<>() {
        @Override
        public void onNext(SaveCheckpointRequest request) {
          state.writeBytes(request.getPart().toByteArray());
          if (request.hasCrc32C()) {
            CRC32C checksum = new CRC32C();
            checksum.update(state.toByteArray());
            if (request.getCrc32C() == (int) checksum.getValue()) {
              synchronized (JobServer.this) {
                checkpoint = Optional.of(state.toByteArray());
                checkpoints++;
              }
            }
          }
        }

        @Override
        public void onError(Throwable t) {}

        @Override
        public void onCompleted() {
          answer(observer, SaveCheckpointResponse.getDefaultInstance());
        }
      };
    }

    @Override
    public void readCheckpoint(
        ReadCheckpointRequest request, StreamObserver<ReadCheckpointResponse> observer) {
      Optional<byte[]> state;
      synchronized (JobServer.this) {
        state = checkpoint;
      }
      state.ifPresent(
          bytes -> {
            CRC32C checksum = new CRC32C();
            checksum.update(bytes);
            observer.onNext(
                ReadCheckpointResponse.newBuilder()
                    .setPart(ByteString.copyFrom(bytes))
                    .setCrc32C((int) checksum.getValue())
                    .build());
          });
      observer.onCompleted();
    }

    @Override
    public void completeJob(
        CompleteJobRequest request, StreamObserver<CompleteJobResponse> observer) {
      synchronized (JobServer.this) {
        log.add("complete " + id(request.getLease()));
        network = Optional.of(request.getNetwork());
        if (refusedCompletions-- > 0) {
          observer.onError(Status.UNAVAILABLE.asException());
          return;
        }
      }
      answer(observer, CompleteJobResponse.newBuilder().setNetwork("networks/n").build());
    }

    @Override
    public void failJob(FailJobRequest request, StreamObserver<FailJobResponse> observer) {
      synchronized (JobServer.this) {
        log.add(
            "fail "
                + id(request.getLease())
                + " "
                + request.getReason()
                + " "
                + request.getMessage());
      }
      answer(observer, FailJobResponse.getDefaultInstance());
    }

    @Override
    public void releaseJob(ReleaseJobRequest request, StreamObserver<ReleaseJobResponse> observer) {
      synchronized (JobServer.this) {
        log.add("release " + id(request.getLease()));
      }
      answer(observer, ReleaseJobResponse.getDefaultInstance());
    }
  }

  private final class Pairs extends RecoveryServiceGrpc.RecoveryServiceImplBase {
    @Override
    public void listCorpora(
        ListCorporaRequest request, StreamObserver<ListCorporaResponse> observer) {
      answer(observer, ListCorporaResponse.getDefaultInstance());
    }

    @Override
    public void readPairs(ReadPairsRequest request, StreamObserver<ReadPairsResponse> observer) {
      synchronized (JobServer.this) {
        if (!readError.isOk()) {
          observer.onError(readError.asException());
          return;
        }
        if (holdPairs || (holdAllPairs && request.getSampleRows() == 0)) {
          held++;
          return;
        }
      }
      int sample = (int) request.getSampleRows();
      int end = sample == 0 ? pairs.rows() : sample;
      for (int from = 0; from < end; from += BATCH) {
        observer.onNext(rows(from, Math.min(end, from + BATCH)));
      }
      observer.onCompleted();
    }

    private ReadPairsResponse rows(int from, int to) {
      ByteString inputs = bytes(pairs.inputs(), pairs.inputWidth(), from, to);
      ByteString sketches = bytes(pairs.sketches(), pairs.dimension(), from, to);
      CRC32C checksum = new CRC32C();
      checksum.update(inputs.toByteArray());
      checksum.update(sketches.toByteArray());
      return ReadPairsResponse.newBuilder()
          .setFirstRow(from)
          .setNextRow(to)
          .setBatch(
              PairBatch.newBuilder().setRowCount(to - from).setInputs(inputs).setSketches(sketches))
          .setCrc32C((int) checksum.getValue())
          .build();
    }

    private ByteString bytes(float[] values, int width, int from, int to) {
      ByteBuffer out =
          ByteBuffer.allocate((to - from) * width * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      out.asFloatBuffer().put(values, from * width, (to - from) * width);
      return ByteString.copyFrom(out);
    }
  }
}
