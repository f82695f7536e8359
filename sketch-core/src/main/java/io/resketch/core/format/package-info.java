/**
 * The binary image of a sketch and the one validator of untrusted bytes. May depend on {@code
 * sketch} and {@code spec}.
 */
package io.resketch.core.format;
