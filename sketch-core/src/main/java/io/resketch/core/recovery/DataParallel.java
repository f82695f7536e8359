package io.resketch.core.recovery;

import java.util.List;
import java.util.function.Function;

/** Where independent parts of the work run. */
public interface DataParallel {
  /**
   * Applies a function to every part.
   *
   * @return the results, in the order of the parts
   */
  <A, B> List<B> map(List<A> parts, Function<A, B> function);

  /** One part after the other in the calling thread. */
  static DataParallel serial() {
    return new DataParallel() {
      @Override
      public <A, B> List<B> map(List<A> parts, Function<A, B> function) {
        return parts.stream().map(function).toList();
      }
    };
  }
}
