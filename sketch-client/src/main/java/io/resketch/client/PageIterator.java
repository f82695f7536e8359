package io.resketch.client;

import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Function;

/** Reads a paged list as it is used: the next page is asked for when the last one is through. */
final class PageIterator<T> implements Iterator<T> {

  /** One page and the token of the next, empty on the last page. */
  record Page<T>(List<T> items, String nextToken) {}

  private final Function<String, Page<T>> read;
  private Iterator<T> page = List.<T>of().iterator();
  private String token = "";
  private boolean last;

  PageIterator(Function<String, Page<T>> read) {
    this.read = read;
  }

  @Override
  public boolean hasNext() {
    while (!page.hasNext() && !last) {
      Page<T> next = read.apply(token);
      page = next.items().iterator();
      token = next.nextToken();
      last = token.isEmpty();
    }
    return page.hasNext();
  }

  @Override
  public T next() {
    if (!hasNext()) {
      throw new NoSuchElementException("the list has ended");
    }
    return page.next();
  }
}
