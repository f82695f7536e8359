package io.resketch.example.street;

import java.util.List;
import java.util.Map;

/**
 * What the detector made of one picture.
 *
 * @param width picture pixels
 * @param height picture pixels
 * @param detections by class, last class first, then from left to right
 * @param pooled channel means of every backbone and neck stage, by name
 * @param activationBytes size of all the activations that were pooled, as float32
 */
record DetectedFrame(
    int width,
    int height,
    List<Detection> detections,
    Map<String, float[]> pooled,
    long activationBytes) {}
