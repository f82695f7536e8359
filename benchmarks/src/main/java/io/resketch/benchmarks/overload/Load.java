package io.resketch.benchmarks.overload;

import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.Durations;
import com.google.rpc.RetryInfo;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.resketch.benchmarks.ServerProcess;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;

/** Clients that call a server for a while, each on a connection of its own, one call at a time. */
final class Load {
  /** A call of a client. */
  interface Call {
    /**
     * Makes the call.
     *
     * @param client from 0
     * @param number of the call of this client, from 0; the same again where it was refused
     */
    void make(ManagedChannel channel, int client, int number);
  }

  /**
   * What the clients saw.
   *
   * @param nanos times of the calls that were answered, rising
   * @param refused calls with RESOURCE_EXHAUSTED and a delay, which the client then waited for
   * @param seconds from start to end
   */
  record Outcome(long[] nanos, long refused, double seconds) {
    static final Outcome NONE = new Outcome(new long[0], 0, 0);

    /** Of both together, one after the other. */
    Outcome and(Outcome next) {
      long[] both = LongStream.concat(LongStream.of(nanos), LongStream.of(next.nanos)).toArray();
      Arrays.sort(both);
      return new Outcome(both, refused + next.refused, seconds + next.seconds);
    }

    double millis(double quantile) {
      return nanos[(int) Math.min(nanos.length - 1, Math.floor(quantile * nanos.length))] / 1e6;
    }

    double answeredPerSecond() {
      return nanos.length / seconds;
    }

    double refusedShare() {
      return (double) refused / (refused + nanos.length);
    }
  }

  private record Seen(List<Long> nanos, long refused) {}

  private Load() {}

  /**
   * Connects the clients, then runs them, and fails on any error but a refusal.
   *
   * @param seconds from when all are connected
   */
  static Outcome run(ServerProcess server, int clients, double seconds, Call call)
      throws InterruptedException, ExecutionException {
    ExecutorService threads = Executors.newFixedThreadPool(clients);
    List<ManagedChannel> channels = new ArrayList<>();
    try {
      for (int client = 0; client < clients; client++) {
        channels.add(server.connect());
      }
      for (ManagedChannel channel : channels) {
        connect(channel);
      }
      long start = System.nanoTime();
      long end = start + (long) (seconds * 1e9);
      List<Future<Seen>> running = new ArrayList<>();
      for (int i = 0; i < clients; i++) {
        int client = i;
        running.add(threads.submit(() -> client(channels.get(client), client, end, call)));
      }
      List<Long> nanos = new ArrayList<>();
      long refused = 0;
      for (Future<Seen> one : running) {
        nanos.addAll(one.get().nanos);
        refused += one.get().refused;
      }
      double took = (System.nanoTime() - start) / 1e9;
      long[] sorted = nanos.stream().mapToLong(Long::longValue).toArray();
      Arrays.sort(sorted);
      return new Outcome(sorted, refused, took);
    } finally {
      threads.shutdownNow();
      channels.forEach(ManagedChannel::shutdownNow);
    }
  }

  private static void connect(ManagedChannel channel) throws InterruptedException {
    ConnectivityState state = channel.getState(true);
    while (state != ConnectivityState.READY) {
      CountDownLatch changed = new CountDownLatch(1);
      channel.notifyWhenStateChanged(state, changed::countDown);
      changed.await();
      state = channel.getState(true);
    }
  }

  private static Seen client(ManagedChannel channel, int client, long end, Call call)
      throws InterruptedException {
    List<Long> nanos = new ArrayList<>();
    long refused = 0;
    while (System.nanoTime() < end) {
      long start = System.nanoTime();
      try {
        call.make(channel, client, nanos.size());
        nanos.add(System.nanoTime() - start);
      } catch (StatusRuntimeException e) {
        refused++;
        Thread.sleep(delayMillis(e));
      }
    }
    return new Seen(nanos, refused);
  }

  private static long delayMillis(StatusRuntimeException e) {
    if (e.getStatus().getCode() == Status.Code.RESOURCE_EXHAUSTED) {
      for (Any detail : StatusProto.fromThrowable(e).getDetailsList()) {
        if (detail.is(RetryInfo.class)) {
          try {
            return Durations.toMillis(detail.unpack(RetryInfo.class).getRetryDelay());
          } catch (InvalidProtocolBufferException unreadable) {
            throw new IllegalStateException(unreadable);
          }
        }
      }
    }
    throw e;
  }
}
