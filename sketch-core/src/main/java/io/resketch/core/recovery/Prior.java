package io.resketch.core.recovery;

/** What the vectors sought look like: each is the proximal map of a penalty, scaled by a step. */
enum Prior {
  /** Many zeros, no value below 0. */
  NONNEGATIVE {
    @Override
    void shrink(float[] z, int width, float step) {
      for (int i = 0; i < z.length; i++) {
        z[i] = Math.max(z[i] - step, 0) + Math.min(z[i] + NEGATIVE * step, 0);
      }
    }
  },
  /** Many zeros. */
  SIGNED {
    @Override
    void shrink(float[] z, int width, float step) {
      for (int i = 0; i < z.length; i++) {
        z[i] = Math.max(z[i] - step, 0) + Math.min(z[i] + step, 0);
      }
    }
  },
  /** Many blocks of zeros; a tile is one block. */
  BLOCKS {
    @Override
    void shrink(float[] z, int width, float step) {
      int rows = z.length / width;
      float[] keep = new float[width];
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < width; j++) {
          keep[j] += z[i * width + j] * z[i * width + j];
        }
      }
      for (int j = 0; j < width; j++) {
        float norm = (float) Math.sqrt(keep[j] / rows);
        keep[j] = norm > step ? 1 - step / norm : 0;
      }
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < width; j++) {
          z[i * width + j] *= keep[j];
        }
      }
    }
  };

  /** How much dearer a value below 0 is than one above. */
  private static final float NEGATIVE = 100;

  /**
   * Replaces values by their proximal map.
   *
   * @param z a tile of rows, {@code width} values each, one for every search
   */
  abstract void shrink(float[] z, int width, float step);
}
