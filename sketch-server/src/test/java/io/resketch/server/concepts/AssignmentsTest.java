package io.resketch.server.concepts;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class AssignmentsTest {
  @Test
  void putsRemovalsAndMoves_agreeWithAMap() {
    Assignments assignments = new Assignments();
    Map<String, Integer> truth = new HashMap<>();
    Random random = new Random(1);
    for (int step = 0; step < 20_000; step++) {
      String id = "run-" + random.nextInt(2000);
      if (truth.remove(id) != null) {
        assignments.remove(id);
      } else {
        int slot = random.nextInt(256);
        truth.put(id, slot);
        assignments.put(id, slot);
      }
      if (step % 5000 == 4999) {
        int[] to = new int[256];
        for (int s = 0; s < 256; s++) {
          to[s] = s / 2;
        }
        assignments.move(to);
        truth.replaceAll((key, slot) -> slot / 2);
      }
    }
    assertThat(assignments.size()).isEqualTo(truth.size());
    for (int i = 0; i < 2000; i++) {
      assertThat(assignments.slot("run-" + i)).isEqualTo(truth.getOrDefault("run-" + i, -1));
    }
  }
}
