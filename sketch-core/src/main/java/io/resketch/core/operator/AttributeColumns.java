package io.resketch.core.operator;

import static io.resketch.core.spec.SketchSpec.BLOCK_SIZE;

import io.resketch.core.spec.RandomStream;
import io.resketch.core.spec.RandomStream.Role;
import io.resketch.core.spec.SketchSpec;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Columns of one module's attribute operator R_{M,1} and its signature column R_{M,2}e_1, all
 * already halved as in a(θ) = ½ R_{M,1} x + ½ R_{M,2} e_1: each is ±½/√(16·c) on one block in each
 * of c strata. Drawn when first used. Thread-safe.
 */
final class AttributeColumns {
  private static final int CHUNK = 32;

  /**
   * Columns as block start in the vector, and a 16-bit mask whose bit l is set where lane l is
   * negative.
   */
  private record Columns(int[] starts, char[] masks) {}

  private final SketchSpec spec;
  private final BlockKernel kernel;
  private final long moduleHash;
  private final float magnitude;
  private final Columns signature;
  private final AtomicReferenceArray<Columns> chunks;

  AttributeColumns(SketchSpec spec, String module, int dimension) {
    this(spec, module, dimension, BlockKernel.BEST);
  }

  AttributeColumns(SketchSpec spec, String module, int dimension, BlockKernel kernel) {
    this.spec = spec;
    this.kernel = kernel;
    this.moduleHash = RandomStream.moduleHash(module);
    this.magnitude = 0.5f * (float) (1 / Math.sqrt((double) BLOCK_SIZE * spec.blocksPerColumn()));
    this.signature = draw(Role.SIGNATURE, 0, 1);
    this.chunks = new AtomicReferenceArray<>((dimension + CHUNK - 1) / CHUNK);
  }

  private Columns draw(Role role, int first, int count) {
    int c = spec.blocksPerColumn();
    int stratum = spec.blocksPerStratum();
    int[] starts = new int[count * c];
    char[] masks = new char[count * c];
    for (int j = 0; j < count; j++) {
      RandomStream stream = RandomStream.of(spec.seed(), role, moduleHash, first + j);
      for (int k = 0; k < c; k++) {
        long bits = stream.bits(k);
        starts[j * c + k] = (k * stratum + RandomStream.below(bits, stratum)) * BLOCK_SIZE;
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

  /** out += ½ R_{M,1} e_j · x. */
  void addColumn(float[] out, int j, float x) {
    add(out, chunk(j / CHUNK), j % CHUNK, magnitude * x);
  }

  /** out += ½ R_{M,2} e_1 · x. */
  void addSignature(float[] out, float x) {
    add(out, signature, 0, magnitude * x);
  }

  /** ⟨½ R_{M,1} e_j, y⟩. */
  float dotColumn(float[] y, int j) {
    return dot(y, chunk(j / CHUNK), j % CHUNK);
  }

  /** ⟨½ R_{M,2} e_1, y⟩. */
  float dotSignature(float[] y) {
    return dot(y, signature, 0);
  }

  private void add(float[] out, Columns columns, int j, float v) {
    int c = spec.blocksPerColumn();
    kernel.add(out, columns.starts, columns.masks, j * c, (j + 1) * c, v);
  }

  private float dot(float[] y, Columns columns, int j) {
    int c = spec.blocksPerColumn();
    return magnitude * kernel.sum(y, columns.starts, columns.masks, j * c, (j + 1) * c);
  }
}
