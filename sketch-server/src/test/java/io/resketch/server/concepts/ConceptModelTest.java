package io.resketch.server.concepts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.protobuf.Timestamp;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class ConceptModelTest {
  private static final int FLOATS = 64;
  private static final double NOISE = 0.3;

  private static float[] gaussian(Random random, float[] around, double noise) {
    float[] out = new float[FLOATS];
    for (int i = 0; i < FLOATS; i++) {
      out[i] = (float) (around[i] + noise / Math.sqrt(FLOATS) * random.nextGaussian());
    }
    return unit(out);
  }

  private static float[] unit(float[] values) {
    double norm = Math.sqrt(Vectors.dot(values, values, values.length));
    float[] out = values.clone();
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) (out[i] / norm);
    }
    return out;
  }

  private static float[] centre(int cluster) {
    return gaussian(new Random(1000 + cluster), new float[FLOATS], 1);
  }

  private static Timestamp time(long seconds) {
    return Timestamp.newBuilder().setSeconds(seconds).build();
  }

  /** Members of cluster c are named c-0, c-1, …. */
  private static List<Sample> clusters(int clusters, int members, long seed) {
    Random random = new Random(seed);
    List<Sample> out = new ArrayList<>();
    for (int c = 0; c < clusters; c++) {
      for (int i = 0; i < members; i++) {
        out.add(new Sample(c + "-" + i, time(i), gaussian(random, centre(c), NOISE)));
      }
    }
    return out;
  }

  private static ConceptModel model(List<Sample> samples) {
    ConceptModel out = new ConceptModel(FLOATS);
    samples.forEach(out::add);
    return out;
  }

  private static ConceptView view(ConceptModel model) {
    return new ConceptView(model, 0, model::microConcept);
  }

  private static Map<Long, Set<String>> kinds(ConceptModel model, List<Sample> samples, int count) {
    ConceptView.Membership membership = view(model).membership(count);
    Map<Long, Set<String>> out = new HashMap<>();
    for (Sample sample : samples) {
      long concept = membership.of(sample.id()).orElseThrow();
      out.computeIfAbsent(concept, c -> new HashSet<>())
          .add(sample.id().substring(0, sample.id().indexOf('-')));
    }
    return out;
  }

  @Test
  void separatedClusters_areFoundInAnyOrder_withTheirNumberLeftOpen() {
    for (long seed = 1; seed <= 4; seed++) {
      List<Sample> samples = clusters(7, 80, seed);
      Collections.shuffle(samples, new Random(seed));
      ConceptModel model = model(samples);
      assertThat(kinds(model, samples, 0))
          .as("seed %d", seed)
          .hasSize(7)
          .allSatisfy((concept, kinds) -> assertThat(kinds).hasSize(1));
      assertThat(view(model).concepts(0)).extracting(Concept::size).containsOnly(80L);
    }
    List<Sample> sorted = clusters(7, 80, 5);
    assertThat(kinds(model(sorted), sorted, 7).values())
        .isNotEmpty()
        .allSatisfy(kinds -> assertThat(kinds).hasSize(1));
  }

  @Test
  void sketchesWithoutClusters_areOneConcept() {
    for (long seed = 1; seed <= 4; seed++) {
      assertThat(view(model(clusters(1, 600, seed))).concepts(0)).as("seed %d", seed).hasSize(1);
    }
  }

  @Test
  void fewSketches_areGroupedToo() {
    List<Sample> samples = clusters(3, 4, 1);
    assertThat(kinds(model(samples), samples, 0)).hasSize(3);
    assertThat(view(model(List.of())).concepts(0)).isEmpty();
    assertThat(view(model(samples.subList(0, 1))).concepts(5)).hasSize(1);
  }

  @Test
  void theThresholdRises_whereMicroConceptsAreTooMany_andNoSketchIsLost() {
    List<Sample> samples = clusters(5, 400, 2);
    Collections.shuffle(samples, new Random(2));
    ConceptModel model = new ConceptModel(FLOATS);
    double before = model.threshold();
    for (Sample sample : samples) {
      model.add(sample);
      assertThat(model.threshold()).isGreaterThanOrEqualTo(before);
      before = model.threshold();
    }
    assertThat(before).isGreaterThan(ConceptModel.LEAST_THRESHOLD);
    assertThat(model.microConcepts()).hasSizeBetween(5, ConceptModel.CAPACITY);
    assertThat(model.microConcepts().stream().mapToLong(MicroConcept::size).sum()).isEqualTo(2000);
    assertThat(samples)
        .isNotEmpty()
        .allSatisfy(s -> assertThat(model.microConcept(s.id())).isPositive());
  }

  @Test
  void equalSketches_areOneMicroConcept() {
    Sample one = clusters(1, 1, 3).get(0);
    ConceptModel model = new ConceptModel(FLOATS);
    for (int i = 0; i < 50; i++) {
      model.add(new Sample("copy-" + i, null, one.unit()));
    }
    assertThat(view(model).concepts(0))
        .singleElement()
        .satisfies(
            concept -> {
              assertThat(concept.size()).isEqualTo(50);
              assertThat(concept.spread()).isCloseTo(0, within(1e-3));
              assertThat(concept.first()).isNull();
            });
  }

  @Test
  void theSameOrder_givesTheSameModel() {
    List<Sample> samples = clusters(6, 100, 4);
    Collections.shuffle(samples, new Random(4));
    ConceptView one = view(model(samples));
    ConceptView other = view(model(samples));
    List<Concept> first = one.concepts(6);
    List<Concept> second = other.concepts(6);
    for (int i = 0; i < 6; i++) {
      assertThat(first.get(i)).usingRecursiveComparison().isEqualTo(second.get(i));
    }
  }

  @Test
  void sumsAreThoseOfTheMembers_howeverTheyCameTogether() {
    List<Sample> samples = clusters(1, 500, 5);
    Concept concept = view(model(samples)).concepts(1).get(0);
    double[] mean = new double[FLOATS];
    for (Sample sample : samples) {
      for (int i = 0; i < FLOATS; i++) {
        mean[i] += sample.unit()[i] / 500.0;
      }
    }
    double scatter = 0;
    for (Sample sample : samples) {
      for (int i = 0; i < FLOATS; i++) {
        scatter += Math.pow(sample.unit()[i] - mean[i], 2);
      }
    }
    for (int i = 0; i < FLOATS; i++) {
      assertThat((double) concept.centre()[i]).isCloseTo(mean[i], within(1e-5));
    }
    assertThat(concept.spread()).isCloseTo(Math.sqrt(scatter / 500), within(1e-4));
    assertThat(concept.first()).isEqualTo(time(0));
    assertThat(concept.last()).isEqualTo(time(499));
  }

  @Test
  void drift_standsOutOfChance_whereTheCentreMoves() {
    Random random = new Random(6);
    List<Sample> still = new ArrayList<>();
    List<Sample> moving = new ArrayList<>();
    double[] rising = new double[FLOATS];
    double[] falling = new double[FLOATS];
    int n = 400;
    for (int i = 0; i < n; i++) {
      still.add(new Sample("s-" + i, time(1_700_000_000L + i), gaussian(random, centre(1), NOISE)));
      float[] from = centre(1);
      float[] to = centre(2);
      float[] at = new float[FLOATS];
      for (int f = 0; f < FLOATS; f++) {
        at[f] = from[f] + (to[f] - from[f]) * 0.5f * i / n;
      }
      float[] unit = gaussian(random, at, NOISE);
      moving.add(new Sample("m-" + i, time(1_700_000_000L + i), unit));
      for (int f = 0; f < FLOATS; f++) {
        rising[f] += unit[f] * i * 2.0 / (n * (n - 1.0));
        falling[f] += unit[f] * (n - 1 - i) * 2.0 / (n * (n - 1.0));
      }
    }
    Concept quiet = view(model(still)).concepts(1).get(0);
    assertThat(quiet.drift()).isLessThan(1.5 * quiet.driftByChance());
    assertThat(quiet.driftByChance()).isCloseTo(Math.sqrt(4.0 / 3 / n), within(0.002));
    Concept drifting = view(model(moving)).concepts(1).get(0);
    assertThat(drifting.drift()).isGreaterThan(5 * drifting.driftByChance());
    double distance = 0;
    for (int f = 0; f < FLOATS; f++) {
      distance += Math.pow(rising[f] - falling[f], 2);
    }
    assertThat(drifting.drift() * drifting.spread()).isCloseTo(Math.sqrt(distance), within(0.01));
  }

  @Test
  void removal_takesSketchesOut_andEmptyConceptsGo() {
    List<Sample> samples = clusters(3, 30, 7);
    ConceptModel model = model(samples);
    for (int i = 0; i < 30; i++) {
      model.remove("1-" + i);
      assertThat(model.holds("1-" + i)).isFalse();
    }
    assertThat(model.size()).isEqualTo(60);
    List<Concept> left = view(model).concepts(2);
    assertThat(left).extracting(Concept::size).containsExactly(30L, 30L);
    assertThat(model.stale()).isFalse();
    Sample again = samples.get(30);
    model.add(again);
    assertThat(view(model).concepts(3)).extracting(Concept::size).containsExactly(30L, 30L, 1L);
  }

  @Test
  void manyRemovals_orNoRepresentativeLeft_makeItStale() {
    List<Sample> samples = clusters(1, 200, 8);
    ConceptModel model = model(samples);
    for (int i = 0; i < 65; i++) {
      assertThat(model.stale()).isFalse();
      model.remove("0-" + i);
    }
    assertThat(model.stale()).isTrue();

    ConceptModel equal = new ConceptModel(FLOATS);
    for (int i = 0; i < 10; i++) {
      equal.add(new Sample("copy-" + i, null, samples.get(0).unit()));
    }
    for (String id : equal.microConcepts().get(0).representatives()) {
      equal.remove(id);
    }
    assertThat(equal.stale()).isTrue();
  }

  @Test
  void shortSketches_joinByWhatTheyHave_withoutMovingTheCentre() {
    List<Sample> samples = clusters(3, 100, 9);
    ConceptModel model = model(samples);
    float[] before = view(model).concepts(3).get(0).centre().clone();
    Random random = new Random(9);
    for (int i = 0; i < 30; i++) {
      float[] whole = gaussian(random, centre(i % 3), NOISE);
      float[] part = unit(java.util.Arrays.copyOf(whole, 32));
      model.add(new Sample(i % 3 + "-short-" + i, null, part));
    }
    List<Sample> all = new ArrayList<>(samples);
    for (int i = 0; i < 30; i++) {
      all.add(new Sample(i % 3 + "-short-" + i, null, null));
    }
    assertThat(kinds(model, all, 3).values())
        .isNotEmpty()
        .allSatisfy(kinds -> assertThat(kinds).hasSize(1));
    assertThat(view(model).concepts(3).get(0).centre()).containsExactly(before, within(1e-6f));

    ConceptModel shortOnes = new ConceptModel(FLOATS);
    for (Sample sample : samples) {
      float[] part = unit(java.util.Arrays.copyOf(sample.unit(), 32));
      shortOnes.add(new Sample(sample.id(), null, part));
    }
    assertThat(kinds(shortOnes, samples, 3).values())
        .hasSize(3)
        .allSatisfy(kinds -> assertThat(kinds).hasSize(1));
  }

  @Test
  void aNewCluster_isAnnouncedOnce_withItsFirstThree() {
    List<Sample> known = clusters(3, 60, 10);
    Collections.shuffle(known, new Random(10));
    ConceptModel model = new ConceptModel(FLOATS);
    for (Sample sample : known.subList(0, 150)) {
      model.add(sample);
    }
    List<NewConcept> events = new ArrayList<>();
    Random random = new Random(11);
    for (int i = 0; i < 30; i++) {
      model.add(known.get(150 + i)).ifPresent(events::add);
      Sample other = new Sample("9-" + i, null, gaussian(random, centre(9), NOISE));
      Optional<NewConcept> found = model.add(other);
      assertThat(found.isPresent()).isEqualTo(i == 2);
      found.ifPresent(events::add);
    }
    assertThat(events)
        .singleElement()
        .satisfies(event -> assertThat(event.sketches()).containsExactly("9-0", "9-1", "9-2"));
    long concept = view(model).membership(4).of("9-20").orElseThrow();
    assertThat(concept).isEqualTo(events.get(0).concept());
  }

  @Test
  void oneStrangeSketch_isNoConcept() {
    List<Sample> known = clusters(2, 100, 12);
    Collections.shuffle(known, new Random(12));
    ConceptModel model = new ConceptModel(FLOATS);
    for (Sample sample : known) {
      model.add(sample);
    }
    assertThat(model.add(new Sample("8-0", null, centre(8)))).isEmpty();
    assertThat(model.add(new Sample("9-0", null, centre(9)))).isEmpty();
    assertThat(model.add(new Sample("8-1", null, centre(8)))).isEmpty();
    model.remove("8-0");
    assertThat(model.add(new Sample("8-2", null, centre(8)))).isEmpty();
    assertThat(model.add(new Sample("8-3", null, centre(8)))).isPresent();
  }
}
