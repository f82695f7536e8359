package io.resketch.core.recovery;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Finds the hidden columns of the dictionary and the codes that go with them, one by one, each
 * exactly. The residual sketches are Σ_j x_j a_j' over the hidden attributes. Two searches take
 * turns. One looks for the columns a_j, which have zero blocks, in the span of the columns; the
 * other for the codes x_j, which have zeros, in the span of the codes. A column that is known
 * leaves the span of the codes, and codes that are known leave the span of the columns, so each
 * makes the other easier. Columns that are found only nearly are starts for their codes.
 */
final class Search {
  private static final int STALLS = 3;
  private static final int COLUMN_ROUNDS = 8;
  private static final int CODE_ROUNDS = 3;

  /** Of so many hidden columns, codes of one are many. */
  private static final int MANY_CODES = 4;

  private final PairSpace space;
  private final SearchState state;
  private final ColumnSearch columnSearch;
  private final CodeSearch codeSearch;
  private final Completion completion;
  private final DataParallel engine;
  private final CodeTest test;
  private final double noise;
  private final long seed;

  /**
   * @param state where to begin; goes on changing
   */
  Search(PairSpace space, DataParallel engine, Prior prior, long seed, SearchState state) {
    this.space = space;
    this.state = state;
    this.seed = seed;
    this.noise = Math.min(0.1, 4 * space.noise());
    this.engine = engine;
    this.test = new CodeTest(prior, noise);
    columnSearch = new ColumnSearch(space, engine, noise, state);
    codeSearch = new CodeSearch(space, engine, test, state);
    completion = new Completion(space, engine, test, state);
  }

  /** Unit columns whose codes are not known. */
  List<double[]> columns() {
    return state.columns;
  }

  /** Size of what counts as 0, of the largest values. */
  double noise() {
    return noise;
  }

  /** Unit columns that were found only nearly, at most as many as are missing. */
  List<double[]> nearly() {
    return completion.nearly();
  }

  /** Coordinates of the codes that are known. */
  List<double[]> codes() {
    return state.codes;
  }

  /** Whether codes may be looked for from columns that were found only nearly. */
  boolean zerosAreClear() {
    return test.clear();
  }

  /** Finds the codes of the last columns. */
  LastCodes lastCodes() {
    return new LastCodes(space, engine, test);
  }

  private int left() {
    return space.hidden() - state.found();
  }

  /**
   * Searches until all is found or nothing more comes.
   *
   * @param saver gets the state after every round
   */
  void run(StageListener listener, Consumer<SearchState> saver) {
    while (state.phase != SearchState.Phase.DONE) {
      boolean last = state.phase == SearchState.Phase.LAST;
      step();
      state.rounds++;
      saver.accept(state);
      if (last) {
        listener.progress("codes of columns", state.codes.size(), space.hidden());
      } else {
        listener.progress("columns and codes", state.found(), space.hidden());
      }
    }
  }

  private void step() {
    switch (state.phase) {
      case COLUMNS -> {
        if (state.round == 0) {
          state.foundBefore = state.found();
        }
        boolean more =
            columnsAreWorthwhile()
                && columnSearch.round(random())
                && state.round + 1 < COLUMN_ROUNDS;
        if (more && left() > 0) {
          state.round++;
        } else if (left() > 0) {
          state.next(SearchState.Phase.CODES);
        } else {
          endTurn();
        }
      }
      case CODES -> {
        boolean most = state.round + 1 >= CODE_ROUNDS && !codeSearch.gradual();
        boolean more = codeSearch.round(random()) && !most;
        if (more && left() > 0) {
          state.round++;
        } else {
          endTurn();
        }
      }
      case COMPLETION -> {
        completion.run(); // the fewer columns have no codes, the smaller the span of the others
        state.next(SearchState.Phase.COLUMNS);
      }
      default -> {
        completion.run();
        state.next(SearchState.Phase.DONE);
      }
    }
  }

  /** Not where many codes were found, but no column by itself, unless nothing else comes. */
  private boolean columnsAreWorthwhile() {
    boolean none = !state.columnsHaveZeros && state.codes.size() > space.hidden() / MANY_CODES;
    return !none || (state.stalls == 2 && state.round == 0);
  }

  private void endTurn() {
    state.stalled = state.found() == state.foundBefore;
    state.stalls = state.stalled ? state.stalls + 1 : 0;
    if (left() == 0 || state.stalls == STALLS) {
      state.next(SearchState.Phase.LAST);
    } else if (state.stalls == 1) {
      state.next(SearchState.Phase.COMPLETION);
    } else {
      state.next(SearchState.Phase.COLUMNS);
    }
  }

  /** Of the round, so that a search that goes on draws what one that was not stopped would. */
  private SplittableRandom random() {
    SplittableRandom all = new SplittableRandom(seed);
    SplittableRandom out = all.split();
    for (int i = 0; i < state.rounds; i++) {
      out = all.split();
    }
    return out;
  }
}
