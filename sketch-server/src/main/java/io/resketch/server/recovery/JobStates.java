package io.resketch.server.recovery;

import io.resketch.v1.RecoveryJob.State;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** How a job goes from state to state. */
final class JobStates {
  /** What happens to a job. */
  enum Event {
    /** A worker takes it. */
    LEASE,
    /** The worker was not heard of for too long. */
    EXPIRE,
    /** As EXPIRE, and too many workers in a row were lost. */
    ABANDON,
    /** The worker gives it back. */
    RELEASE,
    /** The worker has found a network. */
    COMPLETE,
    /** The worker says that there is none to be found. */
    FAIL,
    /** A user does not want it any more. */
    CANCEL
  }

  private static final Map<State, Map<Event, State>> TABLE =
      new EnumMap<>(
          Map.of(
              State.STATE_QUEUED,
              Map.of(Event.LEASE, State.STATE_RUNNING, Event.CANCEL, State.STATE_CANCELLED),
              State.STATE_RUNNING,
              Map.of(
                  Event.EXPIRE, State.STATE_QUEUED,
                  Event.ABANDON, State.STATE_FAILED,
                  Event.RELEASE, State.STATE_QUEUED,
                  Event.COMPLETE, State.STATE_SUCCEEDED,
                  Event.FAIL, State.STATE_FAILED,
                  Event.CANCEL, State.STATE_CANCELLING),
              State.STATE_CANCELLING,
              Map.of(
                  Event.EXPIRE, State.STATE_CANCELLED,
                  Event.ABANDON, State.STATE_CANCELLED,
                  Event.RELEASE, State.STATE_CANCELLED,
                  Event.COMPLETE, State.STATE_SUCCEEDED,
                  Event.FAIL, State.STATE_CANCELLED,
                  Event.CANCEL, State.STATE_CANCELLING)));

  private JobStates() {}

  /** The state behind an event; empty if the event cannot come in this state. */
  static Optional<State> next(State state, Event event) {
    return Optional.ofNullable(TABLE.getOrDefault(state, Map.of()).get(event));
  }

  /** Whether nothing happens any more. */
  static boolean isEnd(State state) {
    return !TABLE.containsKey(state);
  }

  /** Whether a worker has the job. */
  static boolean isLeased(State state) {
    return state == State.STATE_RUNNING || state == State.STATE_CANCELLING;
  }
}
