/**
 * The main job on real input: frames of a street video through an object detector, one sketch per
 * frame on a server, and questions answered from the sketches beside the truth. An example program;
 * nothing depends on it.
 */
package io.resketch.example.street;
