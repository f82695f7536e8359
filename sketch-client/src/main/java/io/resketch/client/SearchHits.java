package io.resketch.client;

import io.resketch.v1.SearchResponse;
import java.util.AbstractList;
import java.util.List;

/** The runs that a search found, most similar first, and how they were found. Immutable. */
public final class SearchHits extends AbstractList<SearchHit> {
  private final List<SearchHit> hits;
  private final SearchResponse response;

  private SearchHits(SearchResponse response) {
    this.hits = response.getHitsList().stream().map(SearchHit::of).toList();
    this.response = response;
  }

  static SearchHits of(SearchResponse response) {
    return new SearchHits(response);
  }

  @Override
  public SearchHit get(int i) {
    return hits.get(i);
  }

  @Override
  public int size() {
    return hits.size();
  }

  /**
   * Whether every run that the search is about was compared. If not, some of the most similar may
   * be missing.
   */
  public boolean exact() {
    return response.getExact();
  }

  /** Runs compared in full. */
  public long scanned() {
    return response.getScanned();
  }

  /** How the runs to compare were found. */
  public SearchResponse.Method method() {
    return response.getMethod();
  }

  /** The server's answer as a message. */
  public SearchResponse message() {
    return response;
  }
}
