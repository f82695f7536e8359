package io.resketch.core.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resketch.core.InvalidInputException;
import io.resketch.core.sketch.Encoding;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class CheckpointsTest {
  private static final RecoveryOptions OPTIONS = new RecoveryOptions(true, 0.1, 3);
  private static final TeacherPairs PAIRS =
      TeacherPairs.of(2, List.of(2), 512, true, Encoding.F32, 1);

  private static final class Kept implements Checkpoints {
    private final List<byte[]> states = new ArrayList<>();

    @Override
    public Optional<byte[]> last() {
      return states.isEmpty() ? Optional.empty() : Optional.of(states.get(states.size() - 1));
    }

    @Override
    public void save(byte[] state) {
      states.add(state);
    }
  }

  private static Kept at(byte[] state) {
    Kept kept = new Kept();
    kept.save(state);
    return kept;
  }

  private static RecoveredNetwork recover(Checkpoints checkpoints) {
    return NetworkRecovery.recover(
        PAIRS.sample(), OPTIONS, DataParallel.serial(), (stage, done, all) -> {}, checkpoints);
  }

  @Test
  void resumedFromAnyCheckpoint_sameNetworkBitForBit() {
    Kept kept = new Kept();
    RecoveredNetwork whole = recover(kept);
    List<byte[]> states = kept.states;
    assertThat(states).hasSizeGreaterThan(3);
    for (byte[] state : states) {
      Kept going = at(state);
      RecoveredNetwork resumed = recover(going);
      assertThat(going.last()).contains(states.get(states.size() - 1));
      assertThat(resumed.objects()).usingRecursiveComparison().isEqualTo(whole.objects());
      assertThat(resumed.unidentified()).isEqualTo(whole.unidentified());
      for (int c = 0; c < whole.columns(); c++) {
        assertThat(resumed.dictionary().get(c)).isEqualTo(whole.dictionary().get(c));
        assertThat(resumed.codes().get(c)).isEqualTo(whole.codes().get(c));
      }
    }
  }

  @Test
  void damagedCheckpoint_isRefusedWithRemedy() {
    byte[] state = firstState();
    for (int i = 0; i < state.length; i += 997) {
      byte[] damaged = state.clone();
      damaged[i] ^= 1;
      assertThatThrownBy(() -> recover(at(damaged)))
          .isInstanceOf(InvalidInputException.class)
          .hasMessage("checkpoint: the state saved last is damaged; remove it to start anew");
    }
    assertThatThrownBy(() -> recover(at(new byte[3]))).hasMessageContaining("damaged");
  }

  @Test
  void checkpointOfOtherPairsOrOptions_isRefused() {
    byte[] state = firstState();
    PairSample pairs = PAIRS.sample();
    float[] other = pairs.sketches().clone();
    other[77] += 1;
    PairSample changed =
        new PairSample(pairs.rows(), pairs.inputSizes(), pairs.inputs(), pairs.dimension(), other);
    assertForeign(changed, OPTIONS, state);
    assertForeign(pairs, new RecoveryOptions(true, 0.1, 4), state);
    assertForeign(pairs, new RecoveryOptions(false, 0.1, 3), state);
  }

  private static void assertForeign(PairSample pairs, RecoveryOptions options, byte[] state) {
    assertThatThrownBy(
            () ->
                NetworkRecovery.recover(
                    pairs, options, DataParallel.serial(), (stage, done, all) -> {}, at(state)))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("belongs to other pairs or options");
  }

  /** Of a recovery that its listener stopped at the first. */
  private static byte[] firstState() {
    Kept kept = new Kept();
    assertThatThrownBy(
            () ->
                NetworkRecovery.recover(
                    PAIRS.sample(),
                    OPTIONS,
                    DataParallel.serial(),
                    (stage, done, all) -> {
                      if (!kept.states.isEmpty()) {
                        throw new CancellationException("enough");
                      }
                    },
                    kept))
        .isInstanceOf(CancellationException.class);
    assertThat(kept.states).hasSize(1);
    return kept.states.get(0);
  }

  @Test
  void listenerThrows_noPartIsLeftRunningAndTheEngineIsUsable() {
    ThreadPoolExecutor executor = (ThreadPoolExecutor) Executors.newFixedThreadPool(2);
    try {
      assertThatThrownBy(
              () ->
                  NetworkRecovery.recover(
                      PAIRS.sample(),
                      OPTIONS,
                      DataParallel.threads(executor),
                      (stage, done, all) -> {
                        if (stage.equals("columns and codes")) {
                          throw new CancellationException("enough");
                        }
                      },
                      Checkpoints.none()))
          .isInstanceOf(CancellationException.class);
      assertThat(executor.getQueue()).isEmpty();
      assertThat(DataParallel.threads(executor).map(List.of(1, 2), x -> x + 1))
          .containsExactly(2, 3);
    } finally {
      executor.shutdownNow();
    }
  }

  @Test
  void partThrows_othersHaveEndedAndWaitingOnesNeverBegin() {
    ThreadPoolExecutor executor = (ThreadPoolExecutor) Executors.newFixedThreadPool(2);
    try {
      AtomicInteger began = new AtomicInteger();
      AtomicInteger ended = new AtomicInteger();
      CountDownLatch second = new CountDownLatch(1);
      assertThatThrownBy(
              () ->
                  DataParallel.threads(executor)
                      .map(
                          List.of(0, 1, 2, 3, 4, 5, 6, 7),
                          part -> {
                            began.incrementAndGet();
                            if (part == 0) {
                              await(second);
                              throw new IllegalStateException("part 0");
                            }
                            second.countDown();
                            pause();
                            return ended.incrementAndGet();
                          }))
          .hasMessage("part 0");
      assertThat(ended.get()).isEqualTo(began.get() - 1);
      assertThat(began.get()).isLessThan(8);
    } finally {
      executor.shutdownNow();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void pause() {
    try {
      Thread.sleep(100);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
