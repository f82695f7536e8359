/**
 * What fixes the map from computations to sketches: parameters, fingerprint, random streams. May
 * depend on the JDK only. Knows neither graphs nor vectors.
 */
package io.resketch.core.spec;
