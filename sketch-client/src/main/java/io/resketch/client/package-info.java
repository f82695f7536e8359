/**
 * The Java SDK: a connection to a Resketch server and handles on its collections, in the types of
 * sketch-core. May depend on sketch-core, the wire messages and gRPC, never on the server. Files
 * and the command line live in the packages below and may depend on this one.
 */
package io.resketch.client;
