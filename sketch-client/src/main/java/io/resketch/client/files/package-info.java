/**
 * The files of the commands: NumPy matrices of sketches, exports, and computations and skeletons as
 * JSON lines. May depend on sketch-core, the wire messages and protobuf; opens no connection.
 */
package io.resketch.client.files;
