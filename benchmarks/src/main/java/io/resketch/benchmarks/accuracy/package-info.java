/**
 * The characterisation of the mechanism: what docs/accuracy.md states, measured over seeds. Each
 * part is one question and gives a table and, where a curve says more, a plot.
 */
package io.resketch.benchmarks.accuracy;
