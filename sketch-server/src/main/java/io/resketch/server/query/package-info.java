/**
 * Questions over many sketches: search by similarity, statistics over time. Reads through {@code
 * repository}.
 */
package io.resketch.server.query;
