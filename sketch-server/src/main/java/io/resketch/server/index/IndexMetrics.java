package io.resketch.server.index;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the indexes hold, for Prometheus, by collection. For one thread. */
final class IndexMetrics {
  private final MultiGauge vectors;
  private final MultiGauge recall;

  IndexMetrics(MeterRegistry registry) {
    vectors =
        MultiGauge.builder("resketch.index.vectors")
            .description("distinct vectors in the index of a collection")
            .register(registry);
    recall =
        MultiGauge.builder("resketch.index.graph.recall")
            .description(
                "share of the ten nearest vectors that the graph found in its last check; below"
                    + " 0.98 searches compare all vectors instead; none where they do anyway")
            .register(registry);
  }

  /** Writes what is there now over what was. */
  void report(Map<String, CollectionIndex> indexes) {
    List<MultiGauge.Row<?>> counts = new ArrayList<>();
    List<MultiGauge.Row<?>> recalls = new ArrayList<>();
    indexes.forEach(
        (collection, index) -> {
          Optional<SketchIndex.State> state = index.state();
          if (state.isPresent()) {
            Tags tags = Tags.of("collection", collection);
            counts.add(MultiGauge.Row.of(tags, state.get().vectors()));
            if (!Double.isNaN(state.get().recall())) {
              recalls.add(MultiGauge.Row.of(tags, state.get().recall()));
            }
          }
        });
    vectors.register(counts, true);
    recall.register(recalls, true);
  }
}
