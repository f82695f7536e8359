/**
 * Least squares on implicit operators, used by the decoders and the statistics. May depend on
 * {@code operator} only.
 */
package io.resketch.core.solve;
