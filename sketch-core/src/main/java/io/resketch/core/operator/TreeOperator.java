package io.resketch.core.operator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The linear map of a tree of objects whose weights are not known: every object has a strength u,
 * its effective weight, and weighted attributes v, its strength times its attribute vector.
 *
 * <pre>
 * t(n) = F_n (½ R_{M,2} e_1 u_n + ½ R_{M,1} v_n) + ½ T_inputs Σ_{c below n} T_{i(c)} t(c)
 * s    = Σ_{n at the top} T_{i(n)} t(n)
 * F_n  = I without inputs, ½ T_attr with inputs,                T = τ I + (1 − τ) R̂
 * </pre>
 *
 * <p>Unknowns: the strengths of all nodes first, then their weighted attributes one after the
 * other. Holds workspace: not thread-safe.
 */
public final class TreeOperator implements LinearMap {
  /**
   * An object of the tree.
   *
   * @param parent index of the object that it is an input of, below its own; −1 for a root
   * @param position its place in the list of its parent or of the roots
   * @param dimension number of attributes to model
   * @param inner whether it has inputs, be they in the tree or not
   */
  public record Node(int parent, int position, String module, int dimension, boolean inner) {}

  private final Operators operators;
  private final List<Node> nodes;
  private final AttributeOperator[] columns;
  private final int[] offsets;
  private final int[] depths;

  /** Inputs in the tree of node n at index n + 1, roots at index 0. */
  private final List<List<Integer>> inputs = new ArrayList<>();

  /** t and the tuple of inputs of the node under evaluation at each depth. */
  private final float[][] values;

  private final float[][] tuples;
  private final float[] own;
  private final float[] gathered;

  public TreeOperator(Operators operators, List<Node> nodes) {
    this.operators = operators;
    this.nodes = List.copyOf(nodes);
    this.columns = new AttributeOperator[nodes.size()];
    this.offsets = new int[nodes.size() + 1];
    this.depths = new int[nodes.size()];
    offsets[0] = nodes.size();
    inputs.add(new ArrayList<>());
    int deepest = 0;
    for (int n = 0; n < columns.length; n++) {
      Node node = nodes.get(n);
      columns[n] = operators.attributes(node.module(), node.dimension());
      offsets[n + 1] = Math.addExact(offsets[n], node.dimension());
      depths[n] = node.parent() < 0 ? 0 : depths[node.parent()] + 1;
      deepest = Math.max(deepest, depths[n]);
      inputs.add(new ArrayList<>());
      inputs.get(node.parent() + 1).add(n);
    }
    int d = operators.spec().dimension();
    this.values = new float[deepest + 1][d];
    this.tuples = new float[deepest + 1][d];
    this.own = new float[d];
    this.gathered = new float[d];
  }

  @Override
  public int unknowns() {
    return offsets[columns.length];
  }

  /** Where the attributes of node {@code n} start among the unknowns; its end if n + 1. */
  public int offset(int n) {
    return offsets[n];
  }

  @Override
  public void apply(float[] x, float[] out) {
    Arrays.fill(out, 0f);
    for (int root : inputs.get(0)) {
      push(root, x, out);
    }
  }

  private void push(int n, float[] x, float[] out) {
    Node node = nodes.get(n);
    float[] tuple = tuples[depths[n]];
    if (!inputs.get(n + 1).isEmpty()) {
      Arrays.fill(tuple, 0f);
      for (int input : inputs.get(n + 1)) {
        push(input, x, tuple);
      }
    }
    Arrays.fill(own, 0f);
    columns[n].addSignature(own, x[n], gathered);
    columns[n].add(own, x, offsets[n], gathered);
    float[] value = own;
    if (node.inner()) {
      value = values[depths[n]];
      Arrays.fill(value, 0f);
      operators.ownAttributes().addTransparent(value, 0.25f, own, gathered);
      if (!inputs.get(n + 1).isEmpty()) {
        operators.ownInputs().addTransparent(value, 0.25f, tuple, gathered);
      }
    }
    operators.position(node.position()).addTransparent(out, 0.5f, value, gathered);
  }

  @Override
  public void adjoint(float[] y, float[] out) {
    for (int root : inputs.get(0)) {
      pull(root, y, out);
    }
  }

  private void pull(int n, float[] y, float[] out) {
    Node node = nodes.get(n);
    float[] value = values[depths[n]];
    Arrays.fill(value, 0f);
    operators.position(node.position()).addTransposed(value, 0.5f, y, gathered);
    float[] source = value;
    if (node.inner()) {
      Arrays.fill(own, 0f);
      operators.ownAttributes().addTransposed(own, 0.25f, value, gathered);
      source = own;
    }
    out[n] = columns[n].dotSignature(source, gathered);
    columns[n].adjoint(source, out, offsets[n], gathered);
    if (!inputs.get(n + 1).isEmpty()) {
      float[] tuple = tuples[depths[n]];
      Arrays.fill(tuple, 0f);
      operators.ownInputs().addTransposed(tuple, 0.25f, value, gathered);
      for (int input : inputs.get(n + 1)) {
        pull(input, tuple, out);
      }
    }
  }

  /**
   * The column of node {@code n}'s strength: what its signature adds to the sketch at strength 1.
   *
   * @param out overwritten, d values
   */
  public void signatureColumn(int n, float[] out) {
    Arrays.fill(own, 0f);
    columns[n].addSignature(own, 1f, gathered);
    lift(n, out);
  }

  /**
   * What node {@code n} adds to the sketch, without what lies below it.
   *
   * @param x the unknowns of the whole tree
   * @param out overwritten, d values
   */
  public void contribution(int n, float[] x, float[] out) {
    Arrays.fill(own, 0f);
    columns[n].addSignature(own, x[n], gathered);
    columns[n].add(own, x, offsets[n], gathered);
    lift(n, out);
  }

  /** Takes what is in {@code own} from node n up to the sketch. */
  private void lift(int n, float[] out) {
    float[] value = own;
    if (nodes.get(n).inner()) {
      value = values[0];
      Arrays.fill(value, 0f);
      operators.ownAttributes().addTransparent(value, 0.25f, own, gathered);
    }
    for (int k = n; k >= 0; k = nodes.get(k).parent()) {
      boolean top = nodes.get(k).parent() < 0;
      float[] list = top ? out : tuples[0];
      Arrays.fill(list, 0f);
      operators.position(nodes.get(k).position()).addTransparent(list, 0.5f, value, gathered);
      if (!top) {
        value = values[0];
        Arrays.fill(value, 0f);
        operators.ownInputs().addTransparent(value, 0.25f, list, gathered);
      }
    }
  }
}
