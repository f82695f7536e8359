/**
 * Concepts: clusters of a collection's sketches, found one sketch at a time. Derived from the
 * repository, in memory, made anew when they are asked for after a start. May depend on {@code
 * repository} and {@code storage}.
 */
package io.resketch.server.concepts;
