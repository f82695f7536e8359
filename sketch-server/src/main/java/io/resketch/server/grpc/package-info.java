/**
 * Translates gRPC calls to use cases and errors to statuses, and does nothing else. Depended upon
 * by the server's main class only.
 */
package io.resketch.server.grpc;
