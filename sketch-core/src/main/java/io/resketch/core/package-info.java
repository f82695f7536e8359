/**
 * The mechanism of recursive sketches, by concept in the packages below. Depends on the JDK and
 * EJML only; does no I/O, reads no clock, starts no thread.
 *
 * <p>Source of the method: Ghazi, Panigrahy, Wang, "Recursive Sketches for Modular Deep Learning",
 * ICML 2019, cited as [GPW19].
 */
package io.resketch.core;
