/** How much of a network is recovered from its sketches. */
package io.resketch.benchmarks.recovery;
