/** More clients than a server can serve. */
package io.resketch.benchmarks.overload;
