/**
 * Guarantees of BLOCK_SPARSE sketches as inequalities with their constants and confidence, derived
 * in {@code docs/mechanism.md}, section "Guarantees". They hold over the random columns for given
 * computations; the standard errors of the estimators are far closer to what happens. May depend on
 * {@code graph}, {@code spec}, {@code operator} and {@code sketch}.
 */
package io.resketch.core.bounds;
