package io.resketch.client;

/**
 * What became of appended pairs.
 *
 * @param appended pairs stored
 * @param duplicates pairs that the corpus held already, bit for bit, or that came twice
 */
public record AppendSummary(long appended, long duplicates) {
  AppendSummary plus(long moreAppended, long moreDuplicates) {
    return new AppendSummary(appended + moreAppended, duplicates + moreDuplicates);
  }
}
