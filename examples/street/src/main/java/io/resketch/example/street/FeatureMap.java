package io.resketch.example.street;

/**
 * One picture's activations of a layer, [channels, rows, columns] in C order.
 *
 * @param values channels · rows · columns floats, not copied
 * @param stride input pixels per cell
 */
record FeatureMap(float[] values, int channels, int rows, int columns, int stride) {

  /** Mean of every channel over the whole map. */
  float[] mean() {
    return mean(0, 0, rows - 1, columns - 1);
  }

  /** Mean of every channel over the cells that a box covers, ends included; box in input pixels. */
  float[] meanOver(float left, float top, float right, float bottom) {
    return mean(cell(top, rows), cell(left, columns), cell(bottom, rows), cell(right, columns));
  }

  private int cell(float pixel, int count) {
    return Math.max(0, Math.min(count - 1, (int) Math.floor(pixel / stride)));
  }

  private float[] mean(int firstRow, int firstColumn, int lastRow, int lastColumn) {
    float[] out = new float[channels];
    float cells = (lastRow - firstRow + 1f) * (lastColumn - firstColumn + 1f);
    for (int c = 0; c < channels; c++) {
      double sum = 0;
      for (int y = firstRow; y <= lastRow; y++) {
        int row = (c * rows + y) * columns;
        for (int x = firstColumn; x <= lastColumn; x++) {
          sum += values[row + x];
        }
      }
      out[c] = (float) (sum / cells);
    }
    return out;
  }
}
