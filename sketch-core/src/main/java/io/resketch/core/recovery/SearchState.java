package io.resketch.core.recovery;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * What a search has found, and where it is. Everything a search does next follows from this, the
 * pairs and the options.
 */
final class SearchState {
  /** What is done next. */
  enum Phase {
    COLUMNS,
    CODES,
    /** Codes of known columns, as nothing else comes. */
    COMPLETION,
    /** The same, for the last time. */
    LAST,
    DONE
  }

  /** Unit columns whose codes are not known. */
  final List<double[]> columns = new ArrayList<>();

  /** Coordinates of codes. */
  final List<double[]> codes = new ArrayList<>();

  /** Unit columns found only nearly. */
  List<double[]> nearly = new ArrayList<>();

  /** Whether any column was found without its codes: not so in families without zero blocks. */
  boolean columnsHaveZeros;

  Phase phase = Phase.COLUMNS;

  /** Of the phase, from 0. */
  int round;

  /** Rounds in all phases. */
  int rounds;

  /** Columns and codes found when this turn began. */
  int foundBefore;

  /** Whether the turn before found nothing. */
  boolean stalled;

  /** Such turns, one after the other. */
  int stalls;

  int found() {
    return columns.size() + codes.size();
  }

  void next(Phase next) {
    phase = next;
    round = 0;
  }

  void write(DataOutputStream out) throws IOException {
    out.writeUTF(phase.name());
    out.writeInt(round);
    out.writeInt(rounds);
    out.writeInt(foundBefore);
    out.writeBoolean(stalled);
    out.writeInt(stalls);
    out.writeBoolean(columnsHaveZeros);
    write(columns, out);
    write(codes, out);
    write(nearly, out);
  }

  static SearchState read(DataInputStream in) throws IOException {
    SearchState state = new SearchState();
    state.phase = Phase.valueOf(in.readUTF());
    state.round = in.readInt();
    state.rounds = in.readInt();
    state.foundBefore = in.readInt();
    state.stalled = in.readBoolean();
    state.stalls = in.readInt();
    state.columnsHaveZeros = in.readBoolean();
    read(in, state.columns);
    read(in, state.codes);
    read(in, state.nearly);
    return state;
  }

  private static void write(List<double[]> vectors, DataOutputStream out) throws IOException {
    out.writeInt(vectors.size());
    for (double[] vector : vectors) {
      out.writeInt(vector.length);
      for (double value : vector) {
        out.writeDouble(value);
      }
    }
  }

  private static void read(DataInputStream in, List<double[]> vectors) throws IOException {
    int count = in.readInt();
    for (int i = 0; i < count; i++) {
      double[] vector = new double[in.readInt()];
      for (int a = 0; a < vector.length; a++) {
        vector[a] = in.readDouble();
      }
      vectors.add(vector);
    }
  }
}
