package io.resketch.core.decode;

import io.resketch.core.decode.BlindSearch.Candidate;
import io.resketch.core.operator.Operators;
import io.resketch.core.operator.PathEnergies;
import io.resketch.core.operator.TreeOperator.Node;
import io.resketch.core.sketch.Sketch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The tree of one sketch while it grows. A round fits all objects anew after it has accepted what
 * stands out at its very place; where nothing does, wrong objects are looked for that may stand in
 * the way, and then the tree is extended on trial. Places and modules that failed are remembered,
 * so that it comes to an end.
 */
final class BlindGrowth {
  private static final int MAX_OBJECTS = 512;

  private static final int MAX_ROUNDS = 100;

  /** Deviations of a strength, in the fit of all, below which an object is given up. */
  static final double PRUNE = 4;

  /**
   * Strength, over that of its parent, that an object may have as long as others of its module may
   * be missing, whose part it takes.
   */
  private static final double GROWING_EXCESS = 2;

  /** The same in the end: encodings that round make strengths too large by a fraction of this. */
  private static final double SETTLED_EXCESS = 1.01;

  /** Share of the largest gain from which places of a module are tried together. */
  private static final double TOGETHER = 0.3;

  /** How often an object may be given up before it is not tried again. */
  private static final int TRIES = 2;

  private static final BlindSearch.Scan NOTHING = new BlindSearch.Scan(List.of(), List.of(), 0);

  /** Fits at the end, for the ridges to follow the noise. */
  private static final int LAST_FITS = 3;

  private final Operators operators;
  private final PathEnergies paths;
  private final BlindSearch search;
  private final Sketch sketch;
  private final BlindNoise noise;
  private final DecodingBudget budget;
  private final BlindCompletion completion;
  private final float[] data;

  /** How often an object was given up for not being there. */
  private final Map<List<Object>, Integer> givenUp = new HashMap<>();

  /** How often a module has taken another's place. */
  private final Map<List<Object>, Integer> displacements = new HashMap<>();

  /** Deviations that an object must keep through each position of its path alone. */
  private final Map<List<Object>, Double> required = new HashMap<>();

  /** How often the places of a module were tried together. */
  private final Map<Integer, Integer> explored = new HashMap<>();

  /** How often an object was turned into its other form. */
  private final Map<List<Object>, Integer> turns = new HashMap<>();

  private BlindFit fit;

  BlindGrowth(
      Operators operators,
      PathEnergies paths,
      BlindSearch search,
      BlindScreen screen,
      Sketch sketch,
      BlindNoise noise,
      DecodingBudget budget) {
    this.operators = operators;
    this.paths = paths;
    this.search = search;
    this.sketch = sketch;
    this.noise = noise;
    this.budget = budget;
    this.completion = new BlindCompletion(operators, paths, screen, sketch, noise, budget);
    this.data = sketch.toPaddedArray();
    this.fit = fit(List.of(), new double[0], sketch.energy() / sketch.prefixLength());
  }

  private BlindFit fit(List<Node> nodes, double[] sizes, double noise) {
    budget.fit(BlindFit.unknowns(nodes));
    return new BlindFit(operators, paths, nodes, data, sketch.prefixLength(), sizes, noise);
  }

  private BlindSearch.Scan scan() {
    BlindSearch.Scan scan = search.scan(fit);
    budget.search(search.hypotheses());
    return scan;
  }

  /** The best fit of a tree. */
  BlindFit grow() {
    for (int round = 0; round < MAX_ROUNDS && !budget.spent(); round++) {
      BlindSearch.Scan scan = exhausted() ? NOTHING : scan();
      int before = fit.nodes.size();
      if (displace(scan, true)) {
        continue;
      }
      boolean added = accept(scan);
      if (!added) {
        if (turn(0) || verify() || displace(scan, false)) {
          continue;
        }
        added = explore(scan);
      }
      if (!added) {
        break;
      }
      turn(before);
      prune();
    }
    while (verify()) {
      prune();
    }
    fit = completion.complete(fit);
    for (int i = 0; i < LAST_FITS && !fit.nodes.isEmpty(); i++) {
      fit = fit(fit.nodes, sizes(), fit.noise);
    }
    return fit;
  }

  /** Gives up an object where another module explains more of the sketch. */
  private boolean displace(BlindSearch.Scan scan, boolean specific) {
    boolean[] kept = new boolean[fit.nodes.size()];
    Arrays.fill(kept, true);
    boolean any = false;
    for (Candidate rival : scan.rivals()) {
      int occupant = fit.at(rival.parent(), rival.position());
      double gain = Math.pow(fit.strength(occupant), 2) * fit.energy(occupant);
      if (kept[occupant]
          && rival.gain() > gain
          && displacements.getOrDefault(key(search.node(rival)), 0) < TRIES
          && (!specific || search.isSpecific(rival, fit.residual, scan.specific(), 1))) {
        kept[occupant] = false;
        displacements.merge(key(search.node(rival)), 1, Integer::sum);
        any = true;
      }
    }
    if (any) {
      keep(kept, false);
    }
    return any;
  }

  /** Gives up objects that are not where they seemed to be, now that the others are known. */
  private boolean verify() {
    double[] errors = fit.errors().strengths();
    boolean[] kept = new boolean[fit.nodes.size()];
    boolean all = true;
    for (int n = 0; n < kept.length; n++) {
      kept[n] =
          isPlausible(n, errors, SETTLED_EXCESS)
              && search.isPlaced(fit, n, required.get(key(fit.nodes.get(n))));
      all &= kept[n];
    }
    if (!all) {
      keep(kept, true);
    }
    return !all;
  }

  /** Whether there is nothing left to look for. */
  boolean exhausted() {
    return noise.isExhausted(fit) || fit.nodes.size() >= MAX_OBJECTS;
  }

  /** Adds the best specific candidate of each module, at most one a position. */
  private boolean accept(BlindSearch.Scan scan) {
    List<Node> nodes = new ArrayList<>(fit.nodes);
    List<Double> sizes = new ArrayList<>();
    Set<Integer> modules = new HashSet<>();
    Set<List<Integer>> places = new HashSet<>();
    for (Candidate candidate : scan.free()) {
      List<Integer> place = List.of(candidate.parent(), candidate.position());
      if (places.contains(place) || isGivenUp(candidate) || nodes.size() >= MAX_OBJECTS) {
        continue;
      }
      if (modules.contains(candidate.module())) {
        places.add(place); // it may belong here: the next round will tell
        continue;
      }
      if (!search.isSpecific(candidate, fit.residual, scan.specific(), 1)) {
        continue;
      }
      modules.add(candidate.module());
      places.add(place);
      nodes.add(search.node(candidate));
      sizes.add(candidate.strength());
    }
    return add(nodes, sizes, scan.specific());
  }

  /**
   * Where no candidate is specific, tries the places of the module with the largest one together:
   * places that share positions hide each other until they are in one fit. What is not there goes
   * when strengths are pruned; the rest must prove specific.
   */
  private boolean explore(BlindSearch.Scan scan) {
    List<Node> nodes = new ArrayList<>(fit.nodes);
    List<Double> sizes = new ArrayList<>();
    Set<List<Integer>> places = new HashSet<>();
    Candidate first = null;
    for (Candidate candidate : scan.free()) {
      if (first == null && explored.getOrDefault(candidate.module(), 0) < TRIES) {
        first = candidate;
        explored.merge(candidate.module(), 1, Integer::sum);
      }
      if (first != null
          && candidate.module() == first.module()
          && candidate.gain() > TOGETHER * first.gain()
          && nodes.size() < MAX_OBJECTS
          && places.add(List.of(candidate.parent(), candidate.position()))) {
        nodes.add(search.node(candidate));
        sizes.add(candidate.strength());
      }
    }
    return add(nodes, sizes, scan.specific());
  }

  /** Fits a tree with new nodes of the given sizes at the end; false if there is none. */
  private boolean add(List<Node> nodes, List<Double> newSizes, double specific) {
    double[] sizes = Arrays.copyOf(sizes(), nodes.size());
    for (int i = 0; i < newSizes.size(); i++) {
      sizes[fit.nodes.size() + i] = newSizes.get(i);
    }
    for (int n = fit.nodes.size(); n < nodes.size(); n++) {
      required.put(key(nodes.get(n)), specific);
    }
    if (!newSizes.isEmpty()) {
      fit = fit(nodes, sizes, fit.noise);
    }
    return !newSizes.isEmpty();
  }

  private double[] sizes() {
    double[] sizes = new double[fit.nodes.size()];
    for (int n = 0; n < sizes.length; n++) {
      sizes[n] = Math.max(Math.max(fit.strength(n), fit.attributeNorm(n)), 1e-12);
    }
    return sizes;
  }

  /**
   * Turns objects without inputs found, from index {@code first}, into the form that suits them.
   */
  private boolean turn(int first) {
    List<Node> nodes = new ArrayList<>(fit.nodes);
    boolean turned = false;
    for (int n = first; n < nodes.size(); n++) {
      Node node = nodes.get(n);
      if (fit.isChildless(n)
          && turns.getOrDefault(key(node), 0) < TRIES
          && search.isOtherForm(fit, n)) {
        turns.merge(key(node), 1, Integer::sum);
        nodes.set(
            n,
            new Node(
                node.parent(), node.position(), node.module(), node.dimension(), !node.inner()));
        turned = true;
      }
    }
    if (turned) {
      fit = fit(nodes, sizes(), fit.noise);
    }
    return turned;
  }

  /**
   * Gives up what does not stand out, unless something is kept below it, and what is too strong.
   */
  private void prune() {
    double[] errors = fit.errors().strengths();
    boolean[] kept = new boolean[fit.nodes.size()];
    boolean all = true;
    for (int n = kept.length - 1; n >= 0; n--) {
      double limit = Math.max(PRUNE, required.get(key(fit.nodes.get(n))));
      kept[n] |= fit.strength(n) >= limit * errors[n];
      kept[n] &= isPlausible(n, errors, GROWING_EXCESS);
      if (kept[n] && fit.nodes.get(n).parent() >= 0) {
        kept[fit.nodes.get(n).parent()] = true;
      }
      all &= kept[n];
    }
    if (!all) {
      keep(kept, true);
    }
  }

  /** Whether node {@code n} is at most {@code excess} times as strong as what it is an input of. */
  private boolean isPlausible(int n, double[] errors, double excess) {
    int parent = fit.nodes.get(n).parent();
    double above = parent < 0 ? 1 : fit.strength(parent);
    double error = Math.hypot(errors[n], parent < 0 ? 0 : errors[parent]);
    return above > 0 && fit.strength(n) - excess * above < PRUNE * error;
  }

  /**
   * Fits again without the other objects and all below them.
   *
   * @param forGood whether that counts against trying them again
   */
  private void keep(boolean[] kept, boolean forGood) {
    List<Node> nodes = new ArrayList<>();
    int[] numbers = new int[kept.length];
    double[] before = sizes();
    double[] sizes = new double[kept.length];
    for (int n = 0; n < kept.length; n++) {
      Node node = fit.nodes.get(n);
      kept[n] &= node.parent() < 0 || kept[node.parent()];
      if (!kept[n] && forGood) {
        givenUp.merge(key(node), 1, Integer::sum);
      }
      if (kept[n]) {
        int parent = node.parent() < 0 ? -1 : numbers[node.parent()];
        numbers[n] = nodes.size();
        sizes[nodes.size()] = before[n];
        nodes.add(new Node(parent, node.position(), node.module(), node.dimension(), node.inner()));
      }
    }
    fit = fit(nodes, Arrays.copyOf(sizes, nodes.size()), fit.noise);
  }

  private boolean isGivenUp(Candidate candidate) {
    return givenUp.getOrDefault(key(search.node(candidate)), 0) >= TRIES;
  }

  /** Module and place, which does not depend on the order of nodes. */
  private List<Object> key(Node node) {
    List<Object> key = new ArrayList<>();
    for (int position : fit.path(node.parent(), node.position())) {
      key.add(position);
    }
    key.add(node.module());
    return key;
  }
}
