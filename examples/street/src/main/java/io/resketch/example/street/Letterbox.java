package io.resketch.example.street;

import java.awt.image.BufferedImage;

/**
 * A picture scaled with its proportions into the middle of the detector's black square, and the way
 * back from the square's pixels to the picture's.
 *
 * @param pixels RGB 0 to 255, [SIZE, SIZE, 3] in C order
 */
record Letterbox(
    float[] pixels, double scaleX, double scaleY, int padX, int padY, int width, int height) {
  /** Side of the detector's input in pixels. */
  static final int SIZE = 416;

  /** Bilinear between pixel centres, no smoothing: what the detector was verified with. */
  static Letterbox of(BufferedImage image) {
    int width = image.getWidth();
    int height = image.getHeight();
    double scale = (double) SIZE / Math.max(width, height);
    int w = (int) Math.round(width * scale);
    int h = (int) Math.round(height * scale);
    int padX = (SIZE - w) / 2;
    int padY = (SIZE - h) / 2;
    int[] rgb = image.getRGB(0, 0, width, height, null, 0, width);
    float[] out = new float[SIZE * SIZE * 3];
    for (int y = 0; y < h; y++) {
      double sourceY = Math.max(0, (y + 0.5) * height / h - 0.5);
      int y0 = (int) sourceY;
      int y1 = Math.min(height - 1, y0 + 1);
      float fy = (float) (sourceY - y0);
      for (int x = 0; x < w; x++) {
        double sourceX = Math.max(0, (x + 0.5) * width / w - 0.5);
        int x0 = (int) sourceX;
        int x1 = Math.min(width - 1, x0 + 1);
        float fx = (float) (sourceX - x0);
        int target = ((y + padY) * SIZE + x + padX) * 3;
        for (int c = 0; c < 3; c++) {
          int shift = 16 - 8 * c;
          float top =
              lerp(rgb[y0 * width + x0] >> shift & 255, rgb[y0 * width + x1] >> shift & 255, fx);
          float bottom =
              lerp(rgb[y1 * width + x0] >> shift & 255, rgb[y1 * width + x1] >> shift & 255, fx);
          out[target + c] = lerp(top, bottom, fy);
        }
      }
    }
    return new Letterbox(out, (double) width / w, (double) height / h, padX, padY, width, height);
  }

  private static float lerp(float a, float b, float t) {
    return a + (b - a) * t;
  }

  /** Picture x of a square x, clipped to the picture. */
  float pictureX(float x) {
    return (float) Math.min(width, Math.max(0, (x - padX) * scaleX));
  }

  /** Picture y of a square y, clipped to the picture. */
  float pictureY(float y) {
    return (float) Math.min(height, Math.max(0, (y - padY) * scaleY));
  }
}
