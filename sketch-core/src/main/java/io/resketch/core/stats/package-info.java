/**
 * Count, presence, mean and second moment of modules with standard errors, from sketches alone or
 * from decoded runs. May depend on {@code decode}, {@code sketch}, {@code operator}, {@code solve},
 * {@code spec} and {@code graph}.
 */
package io.resketch.core.stats;
