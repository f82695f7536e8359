/**
 * The recovery worker: leases jobs from a server, reads their pairs, recovers the networks with
 * sketch-core and hands them in. May depend on sketch-client and sketch-core, never on the server.
 */
package io.resketch.recovery;
