package io.resketch.server.recovery;

import static org.assertj.core.api.Assertions.assertThat;

import io.resketch.server.recovery.JobStates.Event;
import io.resketch.v1.RecoveryJob.State;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class JobStatesTest {
  /** Every transition there is; a line for each state, in the order of the events. */
  @Test
  void table_isAsWrittenHere() {
    List<String> lines = new ArrayList<>();
    for (State state : State.values()) {
      StringBuilder line = new StringBuilder(state.name().replace("STATE_", "") + ":");
      for (Event event : Event.values()) {
        JobStates.next(state, event)
            .ifPresent(
                next ->
                    line.append(' ')
                        .append(event)
                        .append('>')
                        .append(next.name().replace("STATE_", "")));
      }
      lines.add(line.toString());
    }
    assertThat(lines)
        .containsExactly(
            "UNSPECIFIED:",
            "QUEUED: LEASE>RUNNING CANCEL>CANCELLED",
            "RUNNING: EXPIRE>QUEUED ABANDON>FAILED RELEASE>QUEUED COMPLETE>SUCCEEDED FAIL>FAILED"
                + " CANCEL>CANCELLING",
            "CANCELLING: EXPIRE>CANCELLED ABANDON>CANCELLED RELEASE>CANCELLED COMPLETE>SUCCEEDED"
                + " FAIL>CANCELLED CANCEL>CANCELLING",
            "SUCCEEDED:",
            "FAILED:",
            "CANCELLED:",
            "UNRECOGNIZED:");
  }

  @Test
  void ends_areWhereNothingHappens() {
    assertThat(List.of(State.values()).stream().filter(JobStates::isEnd))
        .contains(State.STATE_SUCCEEDED, State.STATE_FAILED, State.STATE_CANCELLED)
        .doesNotContain(State.STATE_QUEUED, State.STATE_RUNNING, State.STATE_CANCELLING);
  }
}
