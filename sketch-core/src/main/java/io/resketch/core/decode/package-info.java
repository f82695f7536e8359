/**
 * Recovers attributes from a sketch and a skeleton, with standard errors. May depend on {@code
 * sketch}, {@code operator}, {@code solve}, {@code spec} and {@code graph}.
 */
package io.resketch.core.decode;
