/** What becomes of sketches as they age. Works through {@code repository}. */
package io.resketch.server.retention;
