/**
 * Translates between the messages of {@code resketch.v1} and the types of sketch-core, validating
 * on the way in. May depend on both and on nothing else of the project.
 */
package io.resketch.wire;
