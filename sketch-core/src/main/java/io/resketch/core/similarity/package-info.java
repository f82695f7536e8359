/**
 * What the cosine of two sketches is made of: exactly, with both skeletons, or estimated from the
 * sketches alone. May depend on {@code graph}, {@code spec}, {@code operator}, {@code solve},
 * {@code sketch}, {@code decode} and {@code stats}.
 */
package io.resketch.core.similarity;
