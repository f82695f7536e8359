/**
 * Roll-ups: stored sums of the sketches of hours, days and hours of the week, made from the single
 * sketches and made again when those change. Reads and writes through {@code repository} and its
 * store; depended upon by {@code query} and the server's main class.
 */
package io.resketch.server.rollup;
