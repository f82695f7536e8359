package io.resketch.example.street;

/**
 * A box of the detector.
 *
 * @param className COCO class
 * @param score 0 to 1
 * @param left picture pixels, as the other three sides
 * @param appearance mean of the fine feature map over the box
 */
record Detection(
    String className,
    float score,
    float left,
    float top,
    float right,
    float bottom,
    float[] appearance) {

  /** Overlap of two boxes over their union, 0 to 1. */
  double iou(Detection other) {
    float w = Math.min(right, other.right) - Math.max(left, other.left);
    float h = Math.min(bottom, other.bottom) - Math.max(top, other.top);
    if (w <= 0 || h <= 0) {
      return 0;
    }
    double shared = (double) w * h;
    return shared / (area() + other.area() - shared);
  }

  private double area() {
    return (double) (right - left) * (bottom - top);
  }
}
