/**
 * The random operators and the linear map of a whole graph with its adjoint: apply and transpose,
 * never a matrix. May depend on {@code graph} and {@code spec}. Knows nothing of files or answers.
 */
package io.resketch.core.operator;
