package io.resketch.core.operator;

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

  /** Floats of all kept rotations together: 64 MiB. */
  private static final int MAX_POSITION_FLOATS = 1 << 24;

  /** R̂ and its transpose. */
  record Rotation(BlockSignedPermutation forward, BlockSignedPermutation transpose) {}

  private record ModuleKey(String module, int dimension) {}

  private final SketchSpec spec;
  private final ConcurrentHashMap<ModuleKey, AttributeColumns> modules = new ConcurrentHashMap<>();
  private final ConcurrentHashMap<Integer, Rotation> positions = new ConcurrentHashMap<>();
  private final Rotation ownAttributes;
  private final Rotation ownInputs;

  public Operators(SketchSpec spec) {
    this.spec = spec;
    this.ownAttributes = draw(Role.OWN_POSITION, 0);
    this.ownInputs = draw(Role.OWN_POSITION, 1);
  }

  public SketchSpec spec() {
    return spec;
  }

  /** R̂ of position {@code i} of an input list. */
  Rotation position(int i) {
    Rotation known = positions.get(i);
    if (known != null) {
      return known;
    }
    Rotation drawn = draw(Role.POSITION, i);
    if ((positions.size() + 1L) * 2 * spec.dimension() <= MAX_POSITION_FLOATS) {
      positions.put(i, drawn);
    }
    return drawn;
  }

  /** R̂ of an object's own attributes. */
  Rotation ownAttributes() {
    return ownAttributes;
  }

  /** R̂ of an object's inputs. */
  Rotation ownInputs() {
    return ownInputs;
  }

  AttributeColumns columns(String module, int dimension) {
    ModuleKey key = new ModuleKey(module, dimension);
    AttributeColumns known = modules.get(key);
    if (known != null) {
      return known;
    }
    if (modules.size() >= MAX_MODULES) {
      modules.clear();
    }
    return modules.computeIfAbsent(key, k -> new AttributeColumns(spec, module, dimension));
  }

  private Rotation draw(Role role, int index) {
    BlockSignedPermutation forward =
        BlockSignedPermutation.draw(RandomStream.of(spec.seed(), role, 0, index), spec.blocks());
    return new Rotation(forward, forward.transpose());
  }
}
