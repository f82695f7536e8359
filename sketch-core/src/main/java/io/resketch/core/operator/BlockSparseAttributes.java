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
    for (int i = 0; i < x.entries(); i++) {
      addColumn(out, x.index(i), x.value(i));
    }
  }

  @Override
  public void add(float[] out, float[] x, int offset, float[] workspace) {
    for (int j = 0; j < dimension; j++) {
      addColumn(out, j, x[offset + j]);
    }
  }

  private void addColumn(float[] out, int j, float x) {
    if (x == 0) {
      return;
    }
    if (j < KEPT_COLUMNS) {
      add(out, chunk(j / CHUNK), j % CHUNK, magnitude * x);
    } else {
      add(out, draw(Role.ATTRIBUTE, j, 1), 0, magnitude * x);
    }
  }

  @Override
  public void addSignature(float[] out, float scale, float[] workspace) {
    add(out, signature, 0, magnitude * scale);
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

  private void add(float[] out, Columns columns, int j, float v) {
    int c = blocksPerColumn;
    kernel.add(out, columns.starts, columns.masks, j * c, (j + 1) * c, v);
  }

  private float dot(float[] y, Columns columns, int j) {
    int c = blocksPerColumn;
    return magnitude * kernel.sum(y, columns.starts, columns.masks, j * c, (j + 1) * c);
  }
}
