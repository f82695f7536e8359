/**
 * Counts with standard errors, from sketches without skeletons. May depend on {@code sketch},
 * {@code operator}, {@code solve}, {@code spec} and {@code graph}.
 */
package io.resketch.core.stats;
