package io.resketch.core.recovery;

import io.resketch.core.InvalidInputException;

/**
 * Recovers a network from pairs of inputs and sketches, without the seed of the sketches, as far as
 * the pairs identify it. Deterministic for the same pairs, options and kind of engine. Stateless.
 *
 * @see <a href="https://arxiv.org/abs/1905.12730">Ghazi, Panigrahy, Wang, section 5</a>
 */
public final class NetworkRecovery {
  private static final int LEAST_PAIRS = 50;

  private NetworkRecovery() {}

  /**
   * Recovers. Goes on from the last checkpoint, if there is one, with the result that it would have
   * had without a stop. What the listener or the checkpoints throw ends it, with no part running.
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
    if (pairs.rows() < LEAST_PAIRS) {
      throw new InvalidInputException(
          "pairs", pairs.rows() + " are too few; give 40 for every hidden attribute");
    }
    CheckpointFormat format = new CheckpointFormat(pairs, options);
    SearchState state = checkpoints.last().map(format::read).orElseGet(SearchState::new);
    int every = (int) Math.round(1 / options.holdOut());
    PairSample train = part(pairs, every, false);
    PairSample heldOut = part(pairs, every, true);
    listener.progress("row space", 0, 1);
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
    listener.progress("wiring", 0, 1);
    return new Assembly(pairs, train, every, dictionary, engine).network(heldOut);
  }

  private static PairSample part(PairSample pairs, int every, boolean heldOut) {
    int p = pairs.inputWidth();
    int d = pairs.dimension();
    int rows = 0;
    for (int i = 0; i < pairs.rows(); i++) {
      rows += (i % every == every - 1) == heldOut ? 1 : 0;
    }
    float[] inputs = new float[rows * p];
    float[] sketches = new float[rows * d];
    int row = 0;
    for (int i = 0; i < pairs.rows(); i++) {
      if ((i % every == every - 1) == heldOut) {
        System.arraycopy(pairs.inputs(), i * p, inputs, row * p, p);
        System.arraycopy(pairs.sketches(), i * d, sketches, row * d, d);
        row++;
      }
    }
    return new PairSample(rows, pairs.inputSizes(), inputs, d, sketches);
  }
}
