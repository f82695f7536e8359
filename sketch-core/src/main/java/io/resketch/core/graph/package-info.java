/**
 * The computation graph: objects, weights, skeleton; validated once, immutable. May depend on the
 * JDK only. Knows nothing of sketches.
 */
package io.resketch.core.graph;
