package io.resketch.client;

/**
 * What became of all items of a bulk put.
 *
 * @param stored items on the server's disk
 * @param failed items that the server refused
 */
public record PutSummary(long stored, long failed) {}
