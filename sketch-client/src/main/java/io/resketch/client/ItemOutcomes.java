package io.resketch.client;

import io.resketch.v1.ItemStatus;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Tells of items that are stored or refused one by one, and counts them. Not thread-safe.
 *
 * @param <A> an acknowledgement
 */
final class ItemOutcomes<A> implements BiConsumer<String, A> {
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
  public void accept(String id, A acknowledgement) {
    ItemStatus answer = status.apply(acknowledgement);
    long index = stored + failed;
    Optional<ResketchException> error =
        answer.getCode() == 0 ? Optional.empty() : Optional.of(ResketchException.of(answer));
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
            warnings.apply(acknowledgement).stream()
                .map(w -> new PutWarning(w.getField(), w.getDescription(), w.getNorm()))
                .toList()));
  }

  PutSummary summary() {
    return new PutSummary(stored, failed);
  }
}
