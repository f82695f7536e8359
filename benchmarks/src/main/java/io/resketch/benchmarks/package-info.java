/** JMH benchmarks of the core against baselines in the same run. Never published. */
package io.resketch.benchmarks;
