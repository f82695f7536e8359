/**
 * The files of the offline commands: NumPy matrices of sketches, and computations and skeletons as
 * JSON lines. May depend on sketch-core, the wire messages and protobuf; opens no connection.
 */
package io.resketch.client.files;
