/**
 * The command line {@code resketch}. May depend on the SDK and the files; nothing may depend on it.
 * Servers and demonstrations are found by name at run time and never linked.
 */
package io.resketch.client.cli;
