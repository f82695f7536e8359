package io.resketch.core.graph;

/**
 * A reference to an object of the same computation, with its importance.
 *
 * @param object id of the object
 * @param weight at least 0; the weights of one list sum to 1 within 1e-4
 */
public record WeightedInput(String object, float weight) {}
