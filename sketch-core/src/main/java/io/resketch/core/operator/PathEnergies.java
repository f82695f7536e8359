package io.resketch.core.operator;

import java.util.HashMap;
import java.util.Map;

/**
 * ‖A e‖² of a column at the end of a path of positions, on average over the random operators.
 *
 * <p>The path's operators multiply out to words of letters R̂_i and R̂_inputs; different words send
 * a column to nearly orthogonal places. Words that come about in several ways, since R̂_inputs
 * stands at every level and a position may, too, add up. Keeps what it has multiplied out: not
 * thread-safe.
 */
public final class PathEnergies {
  private static final char INPUTS = '\0';

  /** Sums of squares of the words' numbers, by path with its positions renamed. */
  private final Map<String, Double> known = new HashMap<>();

  /**
   * Energy of a column over the full sketch.
   *
   * @param path positions from the roots down to the object
   * @param inner whether the object has inputs
   */
  public double of(int[] path, boolean inner) {
    String pattern = pattern(path);
    double squares = known.computeIfAbsent(pattern, PathEnergies::squares);
    // Columns have norm ½; ½ stands before each position, ¼ before each object's two operators.
    return 0.25
        * squares
        * Math.pow(0.25, path.length)
        * Math.pow(1.0 / 16, path.length - 1)
        * (inner ? 0.125 : 1);
  }

  private static String pattern(int[] path) {
    StringBuilder out = new StringBuilder();
    for (int position : path) {
      int first = 0;
      while (path[first] != position) {
        first++;
      }
      out.append((char) (first + 1));
    }
    return out.toString();
  }

  private static double squares(String pattern) {
    int letters = 2 * pattern.length() - 1;
    Map<String, Integer> words = Map.of("", 1);
    for (int i = 0; i < letters; i++) {
      char letter = i % 2 == 0 ? pattern.charAt(i / 2) : INPUTS;
      Map<String, Integer> longer = new HashMap<>(words);
      words.forEach((word, number) -> longer.merge(word + letter, number, Integer::sum));
      words = longer;
    }
    return words.values().stream().mapToDouble(number -> (double) number * number).sum();
  }
}
