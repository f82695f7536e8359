package io.resketch.client;

/**
 * What went into a network and the sketch that came out. Not copied; not to be modified.
 *
 * @param inputs attributes of the input objects, one after the other
 * @param sketch its floats
 */
public record Pair(float[] inputs, float[] sketch) {}
