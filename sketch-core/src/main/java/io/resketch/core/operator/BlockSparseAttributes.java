package io.resketch.core.operator;

import static io.resketch.core.spec.SketchSpec.BLOCK_SIZE;

import io.resketch.core.graph.Attributes;
import io.resketch.core.spec.Family;
import io.resketch.core.spec.RandomStream;
import io.resketch.core.spec.RandomStream.Role;
import io.resketch.core.spec.SketchSpec;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * BLOCK_SPARSE columns: each is ±½/√(16·c) on one block in each of c strata. Drawn when first used;
 * the first {@link #KEPT_COLUMNS} of a module are kept.
 */
final class BlockSparseAttributes implements AttributeOperator {
  private static final int CHUNK = 32;

  /**
   * Longer attribute vectors are sparse if they are to be useful: drawn anew, they need no memory.
   */
  private static final int KEPT_COLUMNS = 1 << 16;

  /**
   * Columns as block start in the vector, and a 16-bit mask whose bit l is set where lane l is
   * negative.
   */
  private record Columns(int[] starts, char[] masks) {}

  private final int dimension;
  private final int blocksPerColumn;
  private final int blocksPerStratum;
  private final long seed;
  private final BlockKernel kernel;
  private final long moduleHash;
  private final float magnitude;
  private final Columns signature;
  private final AtomicReferenceArray<Columns> chunks;

  BlockSparseAttributes(
      SketchSpec spec,
      Family.BlockSparse family,
      String module,
      int dimension,
      BlockKernel kernel) {
    this.dimension = dimension;
    this.blocksPerColumn = family.blocksPerColumn();
    this.blocksPerStratum = spec.dimension() / BLOCK_SIZE / blocksPerColumn;
    this.seed = spec.seed();
    this.kernel = kernel;
    this.moduleHash = RandomStream.moduleHash(module);
    this.magnitude = 0.5f * (float) (1 / Math.sqrt((double) BLOCK_SIZE * blocksPerColumn));
    this.signature = draw(Role.SIGNATURE, 0, 1);
    this.chunks =
        new AtomicReferenceArray<>((Math.min(dimension, KEPT_COLUMNS) + CHUNK - 1) / CHUNK);
  }

  private Columns draw(Role role, int first, int count) {
    int c = blocksPerColumn;
    int[] starts = new int[count * c];
    char[] masks = new char[count * c];
    for (int j = 0; j < count; j++) {
      RandomStream stream = RandomStream.of(seed, role, moduleHash, first + j);
      for (int k = 0; k < c; k++) {
        long bits = stream.bits(k);
        starts[j * c + k] =
            (k * blocksPerStratum + RandomStream.below(bits, blocksPerStratum)) * BLOCK_SIZE;
        masks[j * c + k] = (char) bits;
      }
    }
    return new Columns(starts, masks);
  }

  private Columns chunk(int index) {
    Columns columns = chunks.get(index);
    if (columns == null) {
      columns = draw(Role.ATTRIBUTE, index * CHUNK, CHUNK);
      chunks.set(index, columns); // a race draws the same columns twice
    }
    return columns;
  }

  @Override
  public void add(float[] out, Attributes x, float[] workspace) {
    int i = 0;
    while (i < x.entries()) {
      int first = x.index(i);
      int count = 0;
      int most = Math.min(workspace.length, CHUNK - first % CHUNK);
      while (count < most && i < x.entries() && x.index(i) == first + count) {
        workspace[count++] = x.value(i++);
      }
      addColumns(out, first, count, workspace, 0);
    }
  }

  @Override
  public void add(float[] out, float[] x, int offset, float[] workspace) {
    for (int j = 0; j < dimension; j += CHUNK) {
      addColumns(out, j, Math.min(CHUNK, dimension - j), x, offset + j);
    }
  }

  /** Adds neighbouring columns of one chunk. */
  private void addColumns(float[] out, int first, int count, float[] x, int offset) {
    if (first < KEPT_COLUMNS) {
      add(out, chunk(first / CHUNK), first % CHUNK, count, x, offset);
      return;
    }
    for (int j = 0; j < count; j++) {
      if (x[offset + j] != 0) {
        add(out, draw(Role.ATTRIBUTE, first + j, 1), 0, 1, x, offset + j);
      }
    }
  }

  @Override
  public void addSignature(float[] out, float scale, float[] workspace) {
    workspace[0] = scale;
    add(out, signature, 0, 1, workspace, 0);
  }

  @Override
  public void adjoint(float[] y, float[] out, int offset, float[] workspace) {
    for (int j = 0; j < dimension; j++) {
      out[offset + j] =
          j < KEPT_COLUMNS
              ? dot(y, chunk(j / CHUNK), j % CHUNK)
              : dot(y, draw(Role.ATTRIBUTE, j, 1), 0);
    }
  }

  @Override
  public void add(double[] out, double[] x, int offset, double[] workspace) {
    for (int j = 0; j < dimension; j++) {
      if (x[offset + j] != 0) {
        boolean kept = j < KEPT_COLUMNS;
        Columns columns = kept ? chunk(j / CHUNK) : draw(Role.ATTRIBUTE, j, 1);
        addColumn(out, columns, kept ? j % CHUNK : 0, x[offset + j]);
      }
    }
  }

  @Override
  public void addSignature(double[] out, double scale, double[] workspace) {
    addColumn(out, signature, 0, scale);
  }

  @Override
  public void adjoint(double[] y, double[] out, int offset, double[] workspace) {
    int c = blocksPerColumn;
    for (int j = 0; j < dimension; j++) {
      boolean kept = j < KEPT_COLUMNS;
      Columns columns = kept ? chunk(j / CHUNK) : draw(Role.ATTRIBUTE, j, 1);
      int from = kept ? j % CHUNK * c : 0;
      out[offset + j] = magnitude * kernel.sum(y, columns.starts, columns.masks, from, from + c);
    }
  }

  private void addColumn(double[] out, Columns columns, int column, double x) {
    int from = column * blocksPerColumn;
    kernel.add(out, columns.starts, columns.masks, from, from + blocksPerColumn, magnitude * x);
  }

  @Override
  public float dotSignature(float[] y, float[] workspace) {
    return dot(y, signature, 0);
  }

  @Override
  public double signatureDeviation(float[] y) {
    float sum = 0;
    for (int start : signature.starts) {
      for (int i = start; i < start + BLOCK_SIZE; i++) {
        sum += y[i] * y[i];
      }
    }
    return magnitude * Math.sqrt(sum);
  }

  private void add(float[] out, Columns columns, int first, int count, float[] x, int offset) {
    kernel.add(
        out, columns.starts, columns.masks, blocksPerColumn, first, count, magnitude, x, offset);
  }

  private float dot(float[] y, Columns columns, int j) {
    int c = blocksPerColumn;
    return magnitude * kernel.sum(y, columns.starts, columns.masks, j * c, (j + 1) * c);
  }
}
