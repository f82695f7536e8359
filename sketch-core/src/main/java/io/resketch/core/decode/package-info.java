/**
 * Recovers attributes from a sketch and a skeleton, or the objects of known modules from a sketch
 * alone, with standard errors. May depend on {@code sketch}, {@code operator}, {@code solve},
 * {@code stats}, {@code spec} and {@code graph}.
 */
package io.resketch.core.decode;
