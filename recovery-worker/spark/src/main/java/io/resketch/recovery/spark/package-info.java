/** The parts of a recovery on Apache Spark. */
package io.resketch.recovery.spark;
