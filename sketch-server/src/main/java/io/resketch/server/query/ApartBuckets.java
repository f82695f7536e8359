package io.resketch.server.query;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Finds buckets of time that are apart from all others, as those of a clock that was not set: with
 * at most a tenth of the sketches, behind a gap of more than a day and of more than ten times the
 * span of the others.
 */
final class ApartBuckets {
  /** At most one sketch of so many is apart. */
  private static final int ONE_OF = 10;

  private static final int SPANS = 10;
  private static final Duration LEAST_GAP = Duration.ofDays(1);

  private final Grouping.Timed grouping;
  private final List<GroupAnswer> answers;

  /** Buckets with sketches, in order of time. */
  ApartBuckets(Grouping.Timed grouping, List<GroupAnswer> answers) {
    this.grouping = grouping;
    this.answers = answers;
  }

  /** Those that are apart. */
  Set<Group> groups() {
    Set<Group> out = new LinkedHashSet<>();
    if (answers.size() < 2) {
      return out;
    }
    long all = answers.stream().mapToLong(GroupAnswer::sketches).sum();
    int first = median(all);
    int last = first;
    long inside = answers.get(first).sketches();
    boolean grows = true;
    while (grows && (first > 0 || last < answers.size() - 1)) {
      Duration before = first > 0 ? gap(first - 1) : null;
      Duration behind = last < answers.size() - 1 ? gap(last) : null;
      boolean early = behind == null || (before != null && before.compareTo(behind) <= 0);
      Duration gap = early ? before : behind;
      // What is left is apart if it is little enough and far enough.
      boolean few = (all - inside) * ONE_OF <= all;
      grows = !few || !isFar(gap, Duration.between(start(first), end(last)));
      if (grows) {
        inside += answers.get(early ? --first : ++last).sketches();
      }
    }
    for (int i = 0; i < answers.size(); i++) {
      if (i < first || i > last) {
        out.add(answers.get(i).group());
      }
    }
    return out;
  }

  private static boolean isFar(Duration gap, Duration span) {
    return gap.compareTo(LEAST_GAP) > 0 && gap.compareTo(span.multipliedBy(SPANS)) > 0;
  }

  /** The bucket in which half of the sketches are reached. */
  private int median(long all) {
    long seen = 0;
    for (int i = 0; i < answers.size(); i++) {
      seen += answers.get(i).sketches();
      if (2 * seen >= all) {
        return i;
      }
    }
    return answers.size() - 1;
  }

  /** Between a bucket and the next one that holds sketches. */
  private Duration gap(int i) {
    return Duration.between(end(i), start(i + 1));
  }

  private Instant start(int i) {
    return answers.get(i).group().start();
  }

  private Instant end(int i) {
    return grouping.at(start(i)).end();
  }
}
