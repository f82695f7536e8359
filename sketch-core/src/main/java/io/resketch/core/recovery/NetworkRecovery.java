package io.resketch.core.recovery;

import io.resketch.core.InvalidInputException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Recovers a network from pairs of inputs and sketches, without the seed of the sketches, as far as
 * the pairs identify it. Deterministic for the same pairs, options and kind of engine. Stateless.
 *
 * @see <a href="https://arxiv.org/abs/1905.12730">Ghazi, Panigrahy, Wang, section 5</a>
 */
public final class NetworkRecovery {
  private static final int LEAST_PAIRS = 50;

  /** Of one: an object whose inputs have less confidence is named as uncertain. */
  private static final double SURE = 0.999;

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
    PairSpace space = PairSpace.of(train, options.seed());
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

  /** Puts the result together. */
  private record Assembly(
      PairSample pairs, PairSample train, int every, Dictionary dictionary, DataParallel engine) {
    RecoveredNetwork network(PairSample heldOut) {
      int p = pairs.inputWidth();
      List<Integer> whole = new ArrayList<>();
      for (int j = 0; j < dictionary.columns.size(); j++) {
        if (dictionary.coordinates.get(j) != null) {
          whole.add(j);
        }
      }
      double[][] codes = whole.stream().map(j -> dictionary.codes.get(j)).toArray(double[][]::new);
      Grouping.Groups groups = Grouping.of(codes);
      List<String> unidentified = new ArrayList<>(dictionary.unidentified);
      List<RecoveredNetwork.HiddenObject> objects = new ArrayList<>();
      if (groups.relation().isEmpty()) {
        unidentified.add(
            "objects: no relation binds the hidden attributes, neither the length nor the number"
                + " above 0 of an object's; columns and codes stand, objects and wiring do not");
      } else {
        List<List<Integer>> bound = groups.groups().stream().filter(g -> g.size() > 1).toList();
        List<String> alone =
            groups.groups().stream()
                .filter(g -> g.size() == 1)
                .map(g -> Integer.toString(p + whole.get(g.get(0))))
                .toList();
        if (!alone.isEmpty()) {
          unidentified.add(
              "columns "
                  + String.join(", ", alone)
                  + ": the object they belong to; no relation binds them to others");
        }
        List<double[][]> attributes =
            bound.stream()
                .map(group -> group.stream().map(j -> codes[j]).toArray(double[][]::new))
                .toList();
        List<Wiring.Placed> placed = new Wiring(inputObjects(), engine).place(attributes);
        for (Wiring.Placed place : placed) {
          String id = "hidden-" + objects.size();
          List<Integer> columns =
              bound.get(place.group()).stream().map(j -> p + whole.get(j)).toList();
          if (place.level() == 0) {
            unidentified.add(
                id
                    + ": what it is computed from; its attributes are not a scaled linear map of"
                    + " those of any objects found, or are together above 0 in too few pairs");
          } else if (place.edges().get(0).confidence() < SURE) {
            unidentified.add(id + ": its inputs are not certain; see their confidence");
          }
          objects.add(
              new RecoveredNetwork.HiddenObject(
                  id,
                  columns,
                  place.level(),
                  place.edges().stream()
                      .map(e -> new RecoveredNetwork.Edge(e.source(), e.confidence()))
                      .toList()));
        }
      }
      Fit fit = new Fit(dictionary.columns, dictionary.offset, dictionary.inputColumns);
      List<double[]> all = allCodes(fit);
      List<double[]> columns = new ArrayList<>();
      for (int j = 0; j < p; j++) {
        double[] column = dictionary.inputColumns.get(j);
        double length = Math.sqrt(Kernels.dot(column, 0, column, 0, column.length));
        columns.add(Symmetric.unit(column.clone()));
        for (int i = 0; i < pairs.rows(); i++) {
          all.get(j)[i] *= length;
        }
      }
      columns.addAll(dictionary.columns);
      return new RecoveredNetwork(
          pairs.dimension(),
          pairs.inputSizes(),
          columns,
          dictionary.offset,
          all,
          objects,
          unidentified,
          dictionary.snapped,
          error(fit, heldOut));
    }

    private List<double[][]> inputObjects() {
      List<double[][]> out = new ArrayList<>();
      int p = pairs.inputWidth();
      int first = 0;
      for (int size : pairs.inputSizes()) {
        double[][] attributes = new double[size][];
        for (int j = 0; j < size; j++) {
          attributes[j] = new double[train.rows()];
          for (int i = 0; i < train.rows(); i++) {
            attributes[j][i] = train.inputs()[i * p + first + j];
          }
        }
        out.add(attributes);
        first += size;
      }
      return out;
    }

    /** Codes of all pairs: found for those that were learned from, fitted for those held out. */
    private List<double[]> allCodes(Fit fit) {
      int p = pairs.inputWidth();
      int h = dictionary.columns.size();
      double[][] out = new double[p + h][pairs.rows()];
      double[] most = new double[h];
      for (int j = 0; j < h; j++) {
        for (double value : dictionary.codes.get(j)) {
          most[j] = Math.max(most[j], Math.abs(value));
        }
      }
      int at = 0;
      for (int i = 0; i < pairs.rows(); i++) {
        for (int j = 0; j < p; j++) {
          out[j][i] = pairs.inputs()[i * p + j];
        }
        if (i % every != every - 1) {
          for (int j = 0; j < h; j++) {
            out[p + j][i] = dictionary.codes.get(j)[at];
          }
          at++;
        } else {
          double[] codes = fit.codes(pairs, i);
          for (int j = 0; j < h; j++) {
            out[p + j][i] = Math.abs(codes[j]) < 1e-3 * most[j] ? 0 : codes[j];
          }
        }
      }
      return new ArrayList<>(Arrays.asList(out));
    }

    private double error(Fit fit, PairSample heldOut) {
      int d = heldOut.dimension();
      double[] mean = new double[d];
      for (int i = 0; i < heldOut.rows(); i++) {
        for (int b = 0; b < d; b++) {
          mean[b] += heldOut.sketches()[i * d + b] / heldOut.rows();
        }
      }
      double missed = 0;
      double varied = 0;
      for (int i = 0; i < heldOut.rows(); i++) {
        double[] rest = fit.rest(heldOut, i);
        double[] codes = fit.codes(rest);
        for (int j = 0; j < dictionary.columns.size(); j++) {
          double[] column = dictionary.columns.get(j);
          for (int b = 0; b < d; b++) {
            rest[b] -= codes[j] * column[b];
          }
        }
        missed += Kernels.dot(rest, 0, rest, 0, d);
        for (int b = 0; b < d; b++) {
          double away = heldOut.sketches()[i * d + b] - mean[b];
          varied += away * away;
        }
      }
      return Math.sqrt(missed / varied);
    }
  }
}
