/**
 * Approximate indexes of sketches, in Lucene: derived from the repository, rebuilt where they are
 * missing, stale or damaged. May depend on {@code repository} and {@code filter}; nothing else
 * knows Lucene.
 */
package io.resketch.server.index;
