/** Search in a large collection of a real server process: rates, latencies, recall, sizes. */
package io.resketch.benchmarks.search;
