package io.resketch.core.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.resketch.core.sketch.Encoding;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class DataParallelTest {
  private static final TeacherPairs PAIRS =
      TeacherPairs.of(2, List.of(2), 1024, true, Encoding.F32, 1);

  /** As an engine in other processes has it: a copy of everything, for each part. */
  private static final class Copying implements DataParallel {
    private int parts;

    @Override
    public <A, B> List<B> map(List<A> all, Task<A, B> task) {
      parts += all.size();
      return all.stream().map(part -> copy(copy(task).apply(copy(part)))).toList();
    }

    @SuppressWarnings("unchecked")
    private static <T> T copy(T value) {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
        out.writeObject(value);
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
      try (ObjectInputStream in =
          new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
        return (T) in.readObject();
      } catch (IOException | ClassNotFoundException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static RecoveredNetwork recover(DataParallel engine) {
    return NetworkRecovery.recover(
        PAIRS.sample(),
        new RecoveryOptions(true, 0.1, 3),
        engine,
        (stage, done, all) -> {},
        Checkpoints.none());
  }

  private static void assertSame(RecoveredNetwork found, RecoveredNetwork expected) {
    assertThat(found.objects()).usingRecursiveComparison().isEqualTo(expected.objects());
    assertThat(found.unidentified()).isEqualTo(expected.unidentified());
    assertThat(found.dictionary()).usingRecursiveComparison().isEqualTo(expected.dictionary());
    assertThat(found.codes()).usingRecursiveComparison().isEqualTo(expected.codes());
  }

  @Test
  void tasksAndPartsGoToOtherProcesses_andEveryEngineGivesTheSameNetwork() {
    RecoveredNetwork serial = recover(DataParallel.serial());
    assertThat(serial.objects()).hasSize(2);
    Copying copying = new Copying();
    assertSame(recover(copying), serial);
    assertThat(copying.parts).isGreaterThan(10);
    ExecutorService executor = Executors.newFixedThreadPool(3);
    try {
      assertSame(recover(DataParallel.threads(executor)), serial);
    } finally {
      executor.shutdownNow();
    }
  }
}
