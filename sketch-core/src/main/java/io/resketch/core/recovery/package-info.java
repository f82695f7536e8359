/**
 * Recovery of a network from pairs of its inputs and its sketches, without the seed: the columns by
 * which every hidden attribute enters the sketch, the attributes of every run, the objects they
 * belong to, what is computed from what, and how, so that sketches are predicted. Pure functions of
 * pairs, options and a seed; may depend on {@code spec}. Knows nothing of files, services or
 * threads it is not given.
 */
package io.resketch.core.recovery;
