/**
 * Which calls the server takes on at once, and on which threads they run. Knows gRPC and nothing of
 * what the calls do; used by the server only.
 */
package io.resketch.server.admission;
