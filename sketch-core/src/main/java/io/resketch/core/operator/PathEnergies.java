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

  /** τ. */
  private final double transparency;

  /** Sums of squares of the words' weights, by path with its positions renamed. */
  private final Map<String, Double> known = new HashMap<>();

  /**
   * @param transparency τ of the spec
   */
  public PathEnergies(double transparency) {
    this.transparency = transparency;
  }

  /**
   * Energy of a column over the full sketch.
   *
   * @param path positions from the roots down to the object
   * @param inner whether the object has inputs
   */
  public double of(int[] path, boolean inner) {
    double squares = known.computeIfAbsent(pattern(path), this::squares);
    double rotated = 1 - transparency;
    // Columns have norm ½; an object and its inputs have half of it each.
    return 0.25
        * squares
        * Math.pow(0.25, path.length - 1)
        * (inner ? 0.25 * (transparency * transparency + rotated * rotated) : 1);
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

  private double squares(String pattern) {
    int letters = 2 * pattern.length() - 1;
    Map<String, Double> words = Map.of("", 1.0);
    for (int i = 0; i < letters; i++) {
      char letter = i % 2 == 0 ? pattern.charAt(i / 2) : INPUTS;
      Map<String, Double> longer = new HashMap<>();
      words.forEach(
          (word, weight) -> {
            longer.merge(word, transparency * weight, Double::sum);
            longer.merge(word + letter, (1 - transparency) * weight, Double::sum);
          });
      words = longer;
    }
    return words.values().stream().mapToDouble(weight -> weight * weight).sum();
  }
}
