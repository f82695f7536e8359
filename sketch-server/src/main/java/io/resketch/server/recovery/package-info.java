/**
 * Network recovery on the server's side: corpora of pairs, jobs with their states, leases and
 * checkpoints, and the networks that workers found. Computes nothing of a recovery itself.
 */
package io.resketch.server.recovery;
