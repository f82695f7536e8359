/** Who may call what: tokens with roles. */
package io.resketch.server.access;
