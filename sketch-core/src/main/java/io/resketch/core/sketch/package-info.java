/**
 * The sketch as a value, how it is made, and what can be done with it without a skeleton: compare,
 * add, shorten, encode in fewer bits. May depend on {@code graph}, {@code spec} and {@code
 * operator}.
 */
package io.resketch.core.sketch;
