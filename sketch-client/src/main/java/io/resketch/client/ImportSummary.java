package io.resketch.client;

/**
 * What became of all items of an import.
 *
 * @param stored sketches on the server's disk
 * @param failed items that the server refused
 */
public record ImportSummary(long stored, long failed) {}
