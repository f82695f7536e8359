/**
 * Questions over many sketches: search by similarity, statistics over time. Reads through {@code
 * repository} and {@code rollup}.
 */
package io.resketch.server.query;
