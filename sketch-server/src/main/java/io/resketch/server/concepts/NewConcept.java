package io.resketch.server.concepts;

import java.util.List;

/**
 * Sketches unlike all before have come together.
 *
 * @param concept id of the micro-concept that the first founded
 * @param sketches their ids, in order
 * @param distance of the first from the nearest micro-concept, both at norm 1
 */
public record NewConcept(long concept, List<String> sketches, double distance) {}
