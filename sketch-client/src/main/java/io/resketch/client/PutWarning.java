package io.resketch.client;

/**
 * Attributes of a run have a norm above 1, so that it outweighs others in the sums that it is in.
 *
 * @param field path of the attributes in the run
 * @param description what is odd, and the remedy
 * @param norm of the attributes
 */
public record PutWarning(String field, String description, double norm) {}
