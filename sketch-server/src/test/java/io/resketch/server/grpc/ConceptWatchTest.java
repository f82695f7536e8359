package io.resketch.server.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.resketch.server.concepts.NewConcept;
import io.resketch.v1.WatchConceptsResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ConceptWatchTest {
  private final Client client = new Client();
  private final ConceptWatch watch = new ConceptWatch("rooms", client);

  /** What gRPC shows of a client. */
  private static final class Client extends ServerCallStreamObserver<WatchConceptsResponse> {
    private final List<WatchConceptsResponse> got = new ArrayList<>();
    private Throwable error;
    private boolean ready;

    @Override
    public boolean isReady() {
      return ready;
    }

    @Override
    public void onNext(WatchConceptsResponse message) {
      got.add(message);
    }

    @Override
    public void onError(Throwable e) {
      error = e;
    }

    @Override
    public void onCompleted() {
      throw new AssertionError("a watch never completes");
    }

    @Override
    public boolean isCancelled() {
      return false;
    }

    @Override
    public void setOnCancelHandler(Runnable handler) {}

    @Override
    public void setCompression(String compression) {}

    @Override
    public void disableAutoInboundFlowControl() {}

    @Override
    public void setOnReadyHandler(Runnable handler) {}

    @Override
    public void request(int count) {}

    @Override
    public void setMessageCompression(boolean enable) {}
  }

  private void find(int number) {
    watch.found(new NewConcept(number, List.of("run-" + number), 0.5));
  }

  @Test
  void aClientThatReadsOn_getsWhatWaited_inOrder() {
    find(1);
    find(2);
    assertThat(client.got).isEmpty();
    client.ready = true;
    find(3);
    assertThat(client.got)
        .extracting(message -> message.getNewConcept().getConcept())
        .containsExactly(1L, 2L, 3L);
    assertThat(client.got.get(0).getNewConcept().getSketches(0))
        .isEqualTo("collections/rooms/sketches/run-1");
  }

  @Test
  void aClientThatDoesNotRead_getsAnError_andNothingIsHeldForIt() {
    for (int i = 0; i <= ConceptWatch.MAX_WAITING; i++) {
      find(i);
    }
    assertThat(Status.fromThrowable(client.error).getCode())
        .isEqualTo(Status.Code.RESOURCE_EXHAUSTED);
    assertThat(client.error).hasMessageContaining("watch again and read faster");
    client.ready = true;
    find(0);
    watch.ended(new IllegalStateException("twice"));
    assertThat(client.got).isEmpty();
  }
}
