package io.resketch.core.recovery;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;

/**
 * What every object is computed from. Where two attributes of an object are both above 0 and the
 * object is a linear map of its inputs u, of which it keeps some entries, at a scale that may be
 * another in every run, x_i (w_j · u) = x_j (w_i · u). So the products x_i u and x_j u of the
 * attributes of all objects that may be inputs are linearly dependent, and the dependence names the
 * inputs: it is 0 for every object that is none. That holds for layers with rectifiers, the
 * greatest k, and normalisation.
 */
final class Wiring implements Serializable {
  private static final long serialVersionUID = 1L;

  /** Pairs for every unknown of a linear system, at least. */
  static final double ROWS_PER_UNKNOWN = 1.2;

  /** Of the second singular value: the first, where a dependence is still told from chance. */
  private static final double TOLERATED = 0.5;

  private static final int NOBODY = -1;
  private static final double EDGE = 0.02;
  private static final double DOUBTFUL_EDGE = 0.12;

  private final ArrayList<double[][]> sources;

  /** A constant attribute, if several input objects have one: it names none of them. */
  private final double[][] shared;

  private final transient DataParallel engine;

  /**
   * @param inputs attributes of every input object, by attribute
   */
  Wiring(List<double[][]> inputs, DataParallel engine) {
    this.sources = new ArrayList<>(inputs.stream().map(Wiring::independent).toList());
    this.engine = engine;
    List<double[][]> constant =
        sources.stream().filter(of -> Arrays.stream(of).anyMatch(Wiring::isConstant)).toList();
    this.shared =
        constant.size() < 2
            ? new double[0][]
            : new double[][] {
              Arrays.stream(constant.get(0)).filter(Wiring::isConstant).findFirst().orElseThrow()
            };
    if (shared.length > 0) {
      sources.replaceAll(
          of -> Arrays.stream(of).filter(x -> !isConstant(x)).toArray(double[][]::new));
    }
  }

  /** Attributes of an object but for those that are linear in others of it. */
  private static double[][] independent(double[][] attributes) {
    List<double[]> all = List.of(attributes);
    return Spans.independent(all).stream().map(all::get).toArray(double[][]::new);
  }

  private static boolean isConstant(double[] attribute) {
    return Arrays.stream(attribute).allMatch(x -> x == attribute[0]);
  }

  /**
   * An input of an object.
   *
   * @param source position in the list of input objects followed by the objects, in the order found
   * @param confidence 0 to 1
   */
  record Edge(int source, double confidence) {}

  /**
   * An object with its place.
   *
   * @param group position in the list of groups
   * @param level 1 for one computed from input objects alone; 0 if it is not known
   */
  record Placed(int group, int level, List<Edge> edges) {}

  private record Answer(double ratio, double[] strength) implements Serializable {
    /** What both say, if both are exact, else what the better one says. */
    Answer and(Answer other) {
      if (Math.max(ratio, other.ratio) > Dependence.EXACT) {
        return other.ratio < ratio ? other : this;
      }
      double[] most = strength.clone();
      for (int s = 0; s < most.length; s++) {
        most[s] = Math.max(most[s], other.strength[s]);
      }
      return new Answer(Math.min(ratio, other.ratio), most);
    }
  }

  /**
   * Places objects, level by level.
   *
   * @param objects codes of the attributes of every object
   */
  List<Placed> place(List<double[][]> objects) {
    int inputs = sources.size();
    LinkedHashMap<Integer, double[][]> open = new LinkedHashMap<>();
    for (int g = 0; g < objects.size(); g++) {
      open.put(g, objects.get(g));
    }
    List<Placed> out = new ArrayList<>();
    int[] levels = new int[inputs + objects.size()];
    while (!open.isEmpty()) {
      List<Integer> names = new ArrayList<>(open.keySet());
      List<Answer> answers = engine.map(names, name -> answer(open.get(name)));
      double best = answers.stream().mapToDouble(Answer::ratio).min().orElse(1);
      if (best > TOLERATED) {
        break;
      }
      double bound = Math.max(Dependence.EXACT, best);
      for (int k = 0; k < names.size(); k++) {
        if (answers.get(k).ratio() <= bound) {
          List<Edge> edges = edges(answers.get(k));
          int level = 1 + edges.stream().mapToInt(edge -> levels[edge.source()]).max().orElse(0);
          levels[inputs + out.size()] = level;
          out.add(new Placed(names.get(k), level, edges));
        }
      }
      for (Placed placed : out) {
        double[][] codes = open.remove(placed.group());
        if (codes != null) {
          sources.add(codes);
        }
      }
    }
    open.keySet().forEach(group -> out.add(new Placed(group, 0, List.of())));
    return out;
  }

  private static List<Edge> edges(Answer answer) {
    double bound = answer.ratio() <= Dependence.EXACT ? EDGE : DOUBTFUL_EDGE;
    List<Edge> out = new ArrayList<>();
    for (int s = 0; s < answer.strength().length; s++) {
      if (answer.strength()[s] > bound) {
        out.add(new Edge(s, 1 - answer.ratio()));
      }
    }
    return out;
  }

  /** By a few couples of its attributes. */
  private Answer answer(double[][] codes) {
    Answer best = new Answer(1, new double[sources.size()]);
    for (List<Dependence.Partners> couples : Dependence.partners(codes)) {
      for (Dependence.Partners both : couples) {
        best = best.and(answer(codes[both.i()], codes[both.j()], both.rows()));
      }
      if (best.ratio() <= Dependence.EXACT) {
        break;
      }
    }
    return best;
  }

  private Answer answer(double[] x, double[] y, int rows) {
    List<double[]> attributes = new ArrayList<>();
    List<Integer> owners = new ArrayList<>();
    for (int s = 0; s < sources.size(); s++) {
      for (double[] attribute : sources.get(s)) {
        attributes.add(attribute);
        owners.add(s);
      }
    }
    for (double[] attribute : shared) {
      attributes.add(attribute);
      owners.add(NOBODY);
    }
    int m = attributes.size();
    if (m == 0 || rows < ROWS_PER_UNKNOWN * 2 * m) {
      return new Answer(1, new double[sources.size()]);
    }
    Dependence dependence = Dependence.of(x, y, attributes);
    double[] strength = new double[sources.size()];
    double most = 0;
    for (int a = 0; a < 2 * m; a++) {
      double weight = dependence.strengths()[a];
      if (owners.get(a % m) != NOBODY) {
        strength[owners.get(a % m)] += weight * weight;
      }
    }
    for (int s = 0; s < strength.length; s++) {
      strength[s] = Math.sqrt(strength[s]);
      most = Math.max(most, strength[s]);
    }
    for (int s = 0; s < strength.length; s++) {
      strength[s] /= Math.max(most, 1e-300);
    }
    return new Answer(most > 0 ? dependence.ratio() : 1, strength);
  }
}
