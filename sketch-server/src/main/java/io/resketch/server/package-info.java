/**
 * The server process: what it listens on and how it starts and stops. May depend on everything
 * below it; the packages below do not depend on this one.
 */
package io.resketch.server;
