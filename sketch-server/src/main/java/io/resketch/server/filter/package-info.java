/** The filter language of listings and searches. Depends on the wire messages only. */
package io.resketch.server.filter;
