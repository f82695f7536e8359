/**
 * Least squares and sparse recovery on implicit operators, used by the decoders and the statistics,
 * and dense systems that say where they cannot be solved. May depend on {@code operator} and {@code
 * spec} only.
 */
package io.resketch.core.solve;
