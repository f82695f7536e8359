/**
 * Home of the recovery pipelines: learning a network from (input, sketch) pairs. Nothing is
 * implemented here yet. May depend on sketch-client and sketch-core, never on sketch-server.
 */
package io.resketch.recovery;
