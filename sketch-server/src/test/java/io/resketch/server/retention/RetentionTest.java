package io.resketch.server.retention;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.util.Durations;
import com.google.protobuf.util.Timestamps;
import io.resketch.core.InvalidInputException;
import io.resketch.core.graph.Attributes;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.spec.SketchSpec;
import io.resketch.server.query.Estimators;
import io.resketch.server.query.TimeStatistics;
import io.resketch.server.repository.Names.SketchName;
import io.resketch.server.repository.Receipt;
import io.resketch.server.repository.Repository;
import io.resketch.server.repository.RepositoryException;
import io.resketch.server.repository.SketchCollection;
import io.resketch.server.rollup.RollUps;
import io.resketch.server.storage.RocksStore;
import io.resketch.v1.AggregateStatisticsRequest;
import io.resketch.v1.Collection;
import io.resketch.v1.Computation;
import io.resketch.v1.ModuleEstimate;
import io.resketch.v1.PutItem;
import io.resketch.v1.RetentionPolicy;
import io.resketch.v1.RetentionRule;
import io.resketch.v1.SketchRecord;
import io.resketch.wire.Graphs;
import io.resketch.wire.Sketches;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RetentionTest {
  private static final SketchSpec SPEC = new SketchSpec(2048, 16, 7);
  private static final long NOW = 1_800_000_000;
  private static final long DAY = 86_400;
  private static final RetentionPolicy POLICY =
      RetentionPolicy.newBuilder()
          .addRules(rule(365).setDelete(true))
          .addRules(rule(7).setKeep(0.5))
          .addRules(rule(30).setKeep(0.1))
          .build();

  @TempDir private Path directory;
  private final InstantSource clock = () -> Instant.ofEpochSecond(NOW);
  private RocksStore store;
  private Repository repository;
  private SketchCollection rooms;

  private void retain(RetentionPolicy policy) {
    repository.update(
        "rooms",
        Set.of("retention"),
        Collection.newBuilder().setRetention(policy).build(),
        Receipt.none());
  }

  private static RetentionRule.Builder rule(long days) {
    return RetentionRule.newBuilder().setAge(Durations.fromDays(days));
  }

  @BeforeEach
  void fill() {
    open();
    repository.create(
        "rooms", Collection.newBuilder().setSpec(Sketches.spec(SPEC)).build(), Receipt.none());
    rooms = repository.collection("rooms");
    for (int age : new int[] {0, 6, 8, 29, 31, 364, 366, 1000}) {
      put(age);
    }
    repository.put(rooms, item("timeless", 1).build());
  }

  private void open() {
    store = RocksStore.open(directory);
    repository = new Repository(store, clock);
  }

  @AfterEach
  void close() {
    store.close();
  }

  private static PutItem.Builder item(String id, float x) {
    Computation run =
        Graphs.computation(
            io.resketch.core.graph.Computation.builder()
                .object("a", "cat", Attributes.dense(x, 0.5f))
                .root("a", 1f)
                .build());
    return PutItem.newBuilder().setComputation(run.toBuilder().setId(id));
  }

  private SketchRecord put(int age) {
    PutItem.Builder item = item("day-" + age, age / 1000f);
    item.getComputationBuilder().setTime(Timestamps.fromSeconds(NOW - age * DAY));
    return repository.put(rooms, item.build());
  }

  private Map<String, Integer> kept() {
    Map<String, Integer> out = new TreeMap<>();
    repository.visit(
        repository.collection("rooms"),
        null,
        null,
        null,
        (position, id, record) -> {
          out.put(id, Repository.sketch(record).prefixLength());
          return true;
        });
    return out;
  }

  @Test
  void sketches_areShortenedAndDeletedByAge_once() throws InterruptedException {
    Sketch before = Repository.sketch(repository.get(new SketchName("rooms", "day-31")));
    retain(POLICY);
    try (Retention retention = new Retention(repository, clock)) {
      assertThat(retention.pass()).isEqualTo(6);
      assertThat(retention.pass()).isZero();
    }
    Map<String, Integer> expected =
        new TreeMap<>(
            Map.of(
                "day-0",
                2048,
                "day-6",
                2048,
                "day-8",
                1024,
                "day-29",
                1024,
                "day-31",
                192,
                "day-364",
                192,
                "timeless",
                2048));
    assertThat(kept()).isEqualTo(expected);
    assertThat(Repository.sketch(repository.get(new SketchName("rooms", "day-31"))))
        .isEqualTo(before.truncate(192));
    store.close();
    open();
    assertThat(kept()).isEqualTo(expected);
    Collection described = repository.describe(repository.collection("rooms"));
    assertThat(described.getSketchCount()).isEqualTo(7);
    long[] bytes = {0};
    repository.visit(
        repository.collection("rooms"),
        null,
        null,
        null,
        (position, id, record) -> {
          bytes[0] += record.getSketch().getImage().size();
          return true;
        });
    assertThat(described.getSketchBytes()).isEqualTo(bytes[0]);
    assertThat(described.getRetention().getRulesList())
        .isSortedAccordingTo((a, b) -> Durations.compare(a.getAge(), b.getAge()));
  }

  @Test
  void whatWasShortened_isStillTheSameContent() throws InterruptedException {
    retain(POLICY);
    try (Retention retention = new Retention(repository, clock)) {
      retention.pass();
    }
    put(31);
    assertThat(kept()).containsEntry("day-31", 192);
    PutItem.Builder other = item("day-31", 7);
    other.getComputationBuilder().setTime(Timestamps.fromSeconds(NOW - 31 * DAY));
    assertThatThrownBy(() -> repository.put(rooms, other.build()))
        .isInstanceOf(RepositoryException.class)
        .hasMessageContaining("exists with other content");
  }

  @Test
  void aPrefixThatNoRuleLeft_isOtherContent() {
    Sketch whole = Repository.sketch(repository.get(new SketchName("rooms", "day-0")));
    PutItem.Builder item = PutItem.newBuilder();
    item.getFinishedBuilder().setId("part").setSketch(Sketches.sketch(whole.truncate(1024)));
    repository.put(rooms, item.build());
    item.getFinishedBuilder().setSketch(Sketches.sketch(whole));
    assertThatThrownBy(() -> repository.put(rooms, item.build()))
        .hasMessageContaining("exists with other content");
  }

  @Test
  void answers_widenTheirIntervals() throws InterruptedException {
    ModuleEstimate before = cats();
    retain(POLICY.toBuilder().removeRules(0).build());
    try (Retention retention = new Retention(repository, clock)) {
      retention.pass();
    }
    ModuleEstimate after = cats();
    assertThat(after.getStandardError()).isGreaterThan(2 * before.getStandardError());
  }

  private ModuleEstimate cats() {
    return new TimeStatistics(repository, new RollUps(store), new Estimators())
        .aggregate(
            rooms, AggregateStatisticsRequest.newBuilder().addModules("cat").build(), () -> false)
        .getBuckets(0)
        .getEstimates(0);
  }

  @Test
  void rulesThatContradict_areRefused_andNothingChanges() {
    assertRefused(rule(7).setKeep(1), "collection.retention.rules[0].keep: 1.0 must be above 0");
    assertRefused(rule(0).setKeep(0.5), "rules[0].age: must be above 0");
    assertRefused(rule(7), "rules[0]: has no action");
    assertRefused(rule(7).setDelete(false), "rules[0].delete: false must be true");
    assertThatThrownBy(() -> retain(POLICY.toBuilder().addRules(rule(7).setDelete(true)).build()))
        .hasMessageContaining("two are of the age 604800s");
    assertThat(repository.describe(rooms).hasRetention()).isFalse();
  }

  private void assertRefused(RetentionRule.Builder rule, String message) {
    assertThatThrownBy(() -> retain(RetentionPolicy.newBuilder().addRules(rule).build()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining(message);
  }
}
