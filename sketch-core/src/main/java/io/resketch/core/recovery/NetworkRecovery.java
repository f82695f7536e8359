package io.resketch.core.recovery;

import static java.util.stream.Collectors.joining;

import io.resketch.core.InvalidInputException;
import io.resketch.core.solve.UnsolvableException;
import java.util.stream.IntStream;

/**
 * Recovers a network from pairs of inputs and sketches, without the seed of the sketches, as far as
 * the pairs identify it. Deterministic for the same pairs, options and kind of engine. Stateless.
 *
 * @see <a href="https://arxiv.org/abs/1905.12730">Ghazi, Panigrahy, Wang, section 5</a>
 */
public final class NetworkRecovery {
  private static final int LEAST_PAIRS = 50;

  /** Squared length of an offset that is rounding, beside columns of length 1. */
  private static final double NO_OFFSET = 1e-10;

  private NetworkRecovery() {}

  /**
   * Recovers. Pairs that are no pairs of the network are set aside first. Goes on from the last
   * checkpoint, if there is one, with the result that it would have had without a stop. What the
   * listener or the checkpoints throw ends it, with no part running.
   *
   * @throws InvalidInputException if the pairs are too few, their rank cannot be told from noise,
   *     or the checkpoint is damaged or of other pairs, options or another version of the program
   */
  public static RecoveredNetwork recover(
      PairSample pairs,
      RecoveryOptions options,
      DataParallel engine,
      StageListener listener,
      Checkpoints checkpoints) {
    PairReview review = new PairReview(pairs);
    requireEnough(review);
    CheckpointFormat format = new CheckpointFormat(pairs, options);
    SearchState state = checkpoints.last().map(format::read).orElseGet(SearchState::new);
    listener.progress("row space", 0, 1);
    Misfits.setAside(review, options);
    requireEnough(review);
    try {
      return recover(review, options, engine, listener, state, format, checkpoints);
    } catch (UnsolvableException e) {
      throw new InvalidInputException(
          "pairs",
          e.getMessage()
              + "; the pairs do not tell columns apart: give more of them, or leave out what is"
              + " alike in all");
    }
  }

  private static RecoveredNetwork recover(
      PairReview review,
      RecoveryOptions options,
      DataParallel engine,
      StageListener listener,
      SearchState state,
      CheckpointFormat format,
      Checkpoints checkpoints) {
    PairSample usable = review.usable();
    int every = (int) Math.round(1 / options.holdOut());
    PairSample train = usable.rows(part(usable, every, false));
    PairSample heldOut = usable.rows(part(usable, every, true));
    PairSpace space = PairSpace.of(train, options.seed(), options.rank());
    listener.progress("row space", 1, 1);
    Search search =
        new Search(
            space,
            engine,
            options.nonnegative() ? Prior.NONNEGATIVE : Prior.SIGNED,
            options.seed(),
            state);
    search.run(listener, reached -> checkpoints.save(format.write(reached)));
    listener.progress("dictionary", 0, 1);
    Dictionary dictionary = new Dictionary(space, train, search, search.noise());
    nameUntold(space, dictionary);
    if (review.repeatedAndKept() > 0) {
      dictionary.unidentified.add(
          0,
          "pairs: "
              + review.repeatedAndKept()
              + " repeat others, so that errors on held-out pairs are of pairs that were learned"
              + " from, too, and what rests on the number of pairs is less certain than it seems");
    }
    listener.progress("wiring", 0, 1);
    return new Assembly(usable, train, every, dictionary, engine)
        .network(heldOut)
        .ofAll(review.places(), review.setAside());
  }

  /** Without an offset the constant is not told. */
  private static void nameUntold(PairSpace space, Dictionary dictionary) {
    double[] offset = dictionary.offset;
    boolean none = Kernels.dot(offset, 0, offset, 0, offset.length) < NO_OFFSET;
    int untold = Misfits.untold(space) - (none ? 1 : 0);
    if (untold > 0) {
      dictionary.unidentified.add(
          0,
          "pairs: sketches do not tell "
              + untold
              + " of what the inputs and the constant add to them. If all inputs enter the sketches,"
              + " many of the pairs do not go with the others, as of other inputs or at another"
              + " scale, and as many hidden columns are none");
    }
  }

  private static void requireEnough(PairReview review) {
    PairSample usable = review.usable();
    String without =
        review.setAside().isEmpty()
            ? ""
            : " left to learn from; "
                + review.setAside().stream().map(SetAside::toString).collect(joining("; "));
    if (usable.rows() < LEAST_PAIRS) {
      throw new InvalidInputException(
          "pairs",
          usable.rows()
              + (without.isEmpty() ? " are" : "")
              + " too few"
              + without
              + "; at least "
              + LEAST_PAIRS
              + " are needed, and some 40 for every hidden attribute");
    }
    if (usable.isConstant()) {
      throw new InvalidInputException(
          "sketches",
          "all "
              + usable.rows()
              + " rows are equal"
              + without
              + "; nothing can be learned from a constant sketch, give pairs of runs that differ");
    }
  }

  /** Rows that are held out, or those that are not. */
  private static int[] part(PairSample pairs, int every, boolean heldOut) {
    return IntStream.range(0, pairs.rows())
        .filter(i -> (i % every == every - 1) == heldOut)
        .toArray();
  }
}
