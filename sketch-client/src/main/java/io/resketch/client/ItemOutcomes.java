package io.resketch.client;

import io.resketch.v1.ItemStatus;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Tells of items that are stored or refused one by one, and counts them. Not thread-safe.
 *
 * @param <A> an acknowledgement
 */
final class ItemOutcomes<A> implements BulkStream.Outcomes<A> {
  private final Function<A, ItemStatus> status;
  private final Function<A, List<io.resketch.v1.PutWarning>> warnings;
  private final Consumer<PutOutcome> listener;
  private long stored;
  private long failed;

  ItemOutcomes(
      Function<A, ItemStatus> status,
      Function<A, List<io.resketch.v1.PutWarning>> warnings,
      Consumer<PutOutcome> listener) {
    this.status = status;
    this.warnings = warnings;
    this.listener = listener;
  }

  @Override
  public void acknowledged(String id, A acknowledgement) {
    ItemStatus answer = status.apply(acknowledgement);
    tell(
        id,
        answer.getCode() == 0 ? Optional.empty() : Optional.of(ResketchException.of(answer)),
        warnings.apply(acknowledgement));
  }

  @Override
  public void refused(String id, ResketchException why) {
    tell(id, Optional.of(why), List.of());
  }

  private void tell(
      String id, Optional<ResketchException> error, List<io.resketch.v1.PutWarning> oddities) {
    long index = stored + failed;
    if (error.isPresent()) {
      failed++;
    } else {
      stored++;
    }
    listener.accept(
        new PutOutcome(
            index,
            id,
            error,
            oddities.stream()
                .map(w -> new PutWarning(w.getField(), w.getDescription(), w.getNorm()))
                .toList()));
  }

  PutSummary summary() {
    return new PutSummary(stored, failed);
  }
}
