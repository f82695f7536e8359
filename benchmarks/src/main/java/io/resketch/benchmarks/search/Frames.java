package io.resketch.benchmarks.search;

import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.WeightedInput;
import java.util.List;
import java.util.Random;

/**
 * What cameras see. Every camera has a place with things of its own, which look a little different
 * in every frame and are hidden in some, and things that pass by.
 */
final class Frames {
  private static final int CAMERAS = 500;
  private static final int MODULES = 60;
  private static final int ATTRIBUTES = 16;
  private static final double HIDDEN = 0.15;
  private static final double SCATTER = 0.5;

  private final long seed;

  /** Frames by number, the same for the same seed. */
  Frames(long seed) {
    this.seed = seed;
  }

  Computation frame(long number) {
    Random frame = new Random(seed + 31 * number + 1_000_003);
    Random place = new Random(seed * 7919 + frame.nextInt(CAMERAS));
    Computation.Builder out = Computation.builder();
    int things = 3 + place.nextInt(8);
    int passing = frame.nextInt(4);
    String[] ids = new String[things + passing];
    int seen = 0;
    for (int i = 0; i < things; i++) {
      String id = "thing" + i;
      int module = module(place);
      float[] usual = gaussian(place);
      boolean hasPart = place.nextBoolean();
      float[] part = gaussian(place);
      if (frame.nextDouble() < HIDDEN && seen + passing > 0) {
        continue;
      }
      List<WeightedInput> inputs = List.of();
      if (hasPart) {
        out.object(id + "-part", "part" + module, attributes(part, frame));
        inputs = List.of(new WeightedInput(id + "-part", 1f));
      }
      out.object(id, "m" + module, attributes(usual, frame), inputs);
      ids[seen++] = id;
    }
    for (int i = 0; i < passing; i++) {
      out.object("passing" + i, "m" + module(frame), attributes(gaussian(frame), frame));
      ids[seen++] = "passing" + i;
    }
    for (int i = 0; i < seen; i++) {
      out.root(ids[i], 1f / seen);
    }
    return out.build();
  }

  /** Some modules are seen often, most rarely. */
  private static int module(Random random) {
    return (int) (MODULES * Math.pow(random.nextDouble(), 2));
  }

  private static float[] gaussian(Random random) {
    float[] out = new float[ATTRIBUTES];
    for (int i = 0; i < ATTRIBUTES; i++) {
      out[i] = (float) random.nextGaussian();
    }
    return out;
  }

  /** The usual ones and some scatter, of norm 1. */
  private static Attributes attributes(float[] usual, Random frame) {
    float[] out = gaussian(frame);
    double squares = 0;
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) (usual[i] + SCATTER * out[i]);
      squares += (double) out[i] * out[i];
    }
    for (int i = 0; i < out.length; i++) {
      out[i] /= (float) Math.sqrt(squares);
    }
    return Attributes.dense(out);
  }
}
