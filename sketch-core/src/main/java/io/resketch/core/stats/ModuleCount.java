package io.resketch.core.stats;

/**
 * How often a module occurs among the roots of the runs in a sketch, estimated.
 *
 * @param module the module's name
 * @param count estimated number of root objects, not rounded; 0 if not determined
 * @param standardError standard error of {@code count}; 0 if not determined
 * @param determined whether the sketch can answer
 * @param reason why it cannot, else empty
 */
public record ModuleCount(
    String module, double count, double standardError, boolean determined, String reason) {}
