/**
 * Collections on their way from one server to another: read out in order, and taken in again. May
 * depend on {@code query}, {@code repository} and the wire types; knows nothing of gRPC calls.
 */
package io.resketch.server.exchange;
