package io.resketch.core.decode;

import io.resketch.core.operator.Operators;
import io.resketch.core.operator.TreeOperator;
import io.resketch.core.operator.TreeOperator.Node;
import java.util.ArrayList;
import java.util.List;

/**
 * How well a sketch tells an object with inputs from one without: their signature columns differ in
 * the part that R̂_attr moves, of which a prefix may hold little. Holds workspace: not thread-safe.
 */
final class BlindForms {
  private final BlindFit fit;
  private final TreeOperator turned;
  private final float[] column;
  private final float[] other;

  BlindForms(Operators operators, BlindFit fit) {
    this.fit = fit;
    List<Node> nodes = new ArrayList<>();
    for (Node node : fit.nodes) {
      nodes.add(
          new Node(node.parent(), node.position(), node.module(), node.dimension(), !node.inner()));
    }
    this.turned = new TreeOperator(operators, nodes);
    this.column = new float[fit.residual.length];
    this.other = new float[fit.residual.length];
  }

  /**
   * Deviations from the middle between the two forms at which node {@code n}, of the form it has,
   * is expected to show.
   */
  double deviations(int n) {
    fit.operator.signatureColumn(n, column);
    turned.signatureColumn(n, other);
    double own = 0;
    double both = 0;
    double turnedEnergy = 0;
    for (int i = 0; i < fit.prefixLength(); i++) {
      own += (double) column[i] * column[i];
      both += (double) column[i] * other[i];
      turnedEnergy += (double) other[i] * other[i];
    }
    double left = turnedEnergy == 0 ? 0 : Math.max(0, own - both * both / turnedEnergy);
    return fit.strength(n) * Math.sqrt(left * (1 - fit.load()) / fit.noise) / 2;
  }
}
