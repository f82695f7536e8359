package io.resketch.core.operator;

import io.resketch.core.graph.Skeleton;
import io.resketch.core.spec.Family;
import io.resketch.core.spec.Fingerprint;
import io.resketch.core.spec.RandomStream;
import io.resketch.core.spec.RandomStream.Role;
import io.resketch.core.spec.SketchSpec;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The random operators of one spec, drawn when first used and kept within bounds. Thread-safe;
 * share one instance among all sketchers and decoders of a spec.
 */
public final class Operators {
  /** Bounds of the caches; names come from outside, so they must not grow without end. */
  private static final int MAX_MODULES = 4096;

  /** Bytes of all kept tuple operators together. */
  private static final long MAX_POSITION_BYTES = 64L << 20;

  private record ModuleKey(String module, int dimension) {}

  private final SketchSpec spec;
  private final Fingerprint fingerprint;
  private final ConcurrentHashMap<ModuleKey, AttributeOperator> modules = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Integer, TupleOperator> positions = new ConcurrentHashMap<>();
  private final int maxPositions;
  private final TupleOperator ownAttributes;
  private final TupleOperator ownInputs;

  public Operators(SketchSpec spec) {
    this.spec = spec;
    this.fingerprint = spec.fingerprint();
    long d = spec.dimension();
    long bytesAtMost = spec.family() instanceof Family.Dense ? 4 * d * d : d;
    this.maxPositions = (int) Math.max(8, MAX_POSITION_BYTES / bytesAtMost);
    this.ownAttributes = draw(Role.OWN_POSITION, 0);
    this.ownInputs = draw(Role.OWN_POSITION, 1);
  }

  public SketchSpec spec() {
    return spec;
  }

  /** Fingerprint of the spec, hashed once. */
  public Fingerprint fingerprint() {
    return fingerprint;
  }

  /** R̂ of position {@code i} of an input list. */
  TupleOperator position(int i) {
    TupleOperator known = positions.get(i);
    if (known != null) {
      return known;
    }
    TupleOperator drawn = draw(Role.POSITION, i);
    if (positions.size() < maxPositions) {
      positions.put(i, drawn);
    }
    return drawn;
  }

  /** R̂ of an object's own attributes. */
  TupleOperator ownAttributes() {
    return ownAttributes;
  }

  /** R̂ of an object's inputs. */
  TupleOperator ownInputs() {
    return ownInputs;
  }

  AttributeOperator attributes(String module, int dimension) {
    ModuleKey key = new ModuleKey(module, dimension);
    AttributeOperator known = modules.get(key);
    if (known != null) {
      return known;
    }
    if (modules.size() >= MAX_MODULES) {
      modules.clear();
    }
    return modules.computeIfAbsent(key, k -> drawAttributes(module, dimension));
  }

  /** The operators of every object's module. */
  AttributeOperator[] attributes(Skeleton skeleton) {
    AttributeOperator[] out = new AttributeOperator[skeleton.size()];
    for (int i = 0; i < out.length; i++) {
      out[i] = attributes(skeleton.module(i), skeleton.dimension(i));
    }
    return out;
  }

  private AttributeOperator drawAttributes(String module, int dimension) {
    if (spec.family() instanceof Family.BlockSparse blockSparse) {
      return new BlockSparseAttributes(spec, blockSparse, module, dimension, BlockKernel.BEST);
    }
    return spec.family() instanceof Family.Hadamard
        ? new HadamardAttributes(spec, module, dimension)
        : new DenseAttributes(spec, module, dimension);
  }

  private TupleOperator draw(Role role, int index) {
    TupleOperator even = drawEven(role, index);
    return spec.transparency() == SketchSpec.DEFAULT_TRANSPARENCY
        ? even
        : new WeightedTransparency(even, spec.transparency());
  }

  private TupleOperator drawEven(Role role, int index) {
    int d = spec.dimension();
    if (spec.family() instanceof Family.Hadamard) {
      return new HadamardRotation(new WalshHadamard(spec.seed(), role, 0, index, d));
    }
    RandomStream stream = RandomStream.of(spec.seed(), role, 0, index);
    return spec.family() instanceof Family.Dense
        ? new DenseRotation(DenseMatrix.draw(stream, d, d))
        : BlockSignedPermutation.draw(stream, d / SketchSpec.BLOCK_SIZE);
  }
}
