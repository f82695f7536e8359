/**
 * Records on disk, in RocksDB: keys, column families, atomic durable batches, backups. May depend
 * on the wire types only; knows nothing of what the records mean.
 */
package io.resketch.server.storage;
