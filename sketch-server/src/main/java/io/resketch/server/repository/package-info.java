/**
 * Collections and what is put into them: identity, idempotence, modules, skeletons. May depend on
 * {@code storage}, sketch-core and the wire types; knows nothing of gRPC calls.
 */
package io.resketch.server.repository;
