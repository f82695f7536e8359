package io.resketch.recovery;

import java.util.OptionalLong;

/**
 * How to work.
 *
 * @param name how the worker is called in its jobs, 1 to 200 characters of [A-Za-z0-9._~-]
 * @param maxPairs pairs to hold in memory at most; empty: what the heap has room for
 */
public record WorkerOptions(String name, OptionalLong maxPairs) {}
