package io.resketch.core.recovery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resketch.core.InvalidInputException;
import io.resketch.core.sketch.Encoding;
import io.resketch.core.spec.SketchSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class NetworkRecoveryTest {
  private static final int M = TeacherPairs.ATTRIBUTES;
  private static final RecoveryOptions OPTIONS = new RecoveryOptions(true, 0.1, 3);

  static RecoveredNetwork recover(TeacherPairs pairs) {
    return NetworkRecovery.recover(
        pairs.sample(),
        OPTIONS,
        DataParallel.serial(),
        (stage, done, all) -> {},
        Checkpoints.none());
  }

  static void assertAllRecovered(TeacherPairs pairs, RecoveredNetwork network) {
    TeacherNetwork truth = pairs.network();
    int inputs = truth.settings().inputs();
    List<Integer> attributes =
        network.dictionary().stream().map(column -> pairs.attribute(column, 0.9999)).toList();
    assertThat(attributes).doesNotHaveDuplicates().hasSize(truth.objects() * M).doesNotContain(-1);
    assertThat(network.unidentified()).isEmpty();
    assertThat(network.heldOutRelativeError()).isLessThan(1e-5);
    assertThat(edges(network, attributes, inputs)).isEqualTo(trueEdges(truth));
  }

  /** Of the columns that are those of the network. */
  static void assertEdges(TeacherPairs pairs, RecoveredNetwork network, double least) {
    List<Integer> attributes =
        network.dictionary().stream().map(column -> pairs.attribute(column, least)).toList();
    assertThat(edges(network, attributes, pairs.network().settings().inputs()))
        .isEqualTo(trueEdges(pairs.network()));
  }

  private static Set<String> trueEdges(TeacherNetwork truth) {
    return IntStream.range(0, truth.objects())
        .boxed()
        .flatMap(object -> truth.inputs(object).stream().map(input -> input + ">" + object))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** By the true numbers of objects; an object with attributes of two is no object. */
  private static Set<String> edges(RecoveredNetwork network, List<Integer> attributes, int inputs) {
    Map<Integer, Integer> names = new HashMap<>();
    for (int o = 0; o < network.objects().size(); o++) {
      Set<Integer> owners = new TreeSet<>();
      network.objects().get(o).columns().forEach(c -> owners.add(attributes.get(c) / M));
      assertThat(owners).hasSize(1);
      names.put(o, owners.iterator().next());
    }
    Set<String> out = new TreeSet<>();
    for (int o = 0; o < network.objects().size(); o++) {
      for (RecoveredNetwork.Edge edge : network.objects().get(o).inputs()) {
        int source = edge.source() < inputs ? edge.source() : names.get(edge.source() - inputs);
        out.add(source + ">" + names.get(o));
      }
    }
    return out;
  }

  @Test
  void oneLevel_unitVectors_allColumnsBitExactAndAllEdges() {
    TeacherPairs pairs = TeacherPairs.of(2, List.of(2), 1024, true, Encoding.F32, 1);
    RecoveredNetwork network = recover(pairs);
    assertAllRecovered(pairs, network);
    assertThat(network.snapped()).isEqualTo(2 * M);
  }

  @Test
  void oneLevel_lengthsThatDiffer_objectsAreToldByTheirNumberOfAttributes() {
    TeacherPairs pairs = TeacherPairs.of(2, List.of(2), 1024, false, Encoding.F32, 4);
    assertAllRecovered(pairs, recover(pairs));
  }

  @Test
  void twoLevels_sharedObjects_allColumnsAndAllEdges() {
    TeacherPairs pairs = TeacherPairs.of(3, List.of(2, 2), 2048, true, Encoding.F32, 2);
    assertAllRecovered(pairs, recover(pairs));
  }

  /** Few of their values are 0, and so are many of sums of several of them. */
  @Test
  void columnsOfManyStrings_sumsThatCancelInManyRowsAreNotTakenForThem() {
    TeacherPairs pairs = TeacherPairs.of(2, List.of(2, 1), 1024, true, Encoding.F32, 6);
    assertAllRecovered(pairs, recover(pairs));
  }

  @Test
  void sketchesOf16BitFloats_columnsAreFoundAndTheErrorIsStated() {
    TeacherPairs pairs = TeacherPairs.of(2, List.of(2), 1024, true, Encoding.BF16, 1);
    RecoveredNetwork network = recover(pairs);
    long found =
        network.dictionary().subList(2 * M, network.columns()).stream()
            .filter(column -> pairs.attribute(column, 0.99) >= 2 * M)
            .count();
    assertThat(found).isEqualTo(2 * M);
    assertThat(network.snapped()).isEqualTo(2 * M);
    assertThat(network.heldOutRelativeError()).isBetween(1e-5, 1e-2);
  }

  static RecoveredNetwork recover(PairSample pairs, OptionalInt rank) {
    return NetworkRecovery.recover(
        pairs,
        new RecoveryOptions(true, 0.1, 3, rank),
        DataParallel.serial(),
        (stage, done, all) -> {},
        Checkpoints.none());
  }

  /**
   * With Gaussian noise.
   *
   * @param size of the root mean square of the sketches
   */
  static PairSample noisy(PairSample sample, double size) {
    float[] sketches = sample.sketches().clone();
    double squares = 0;
    for (float value : sketches) {
      squares += value * value;
    }
    SplittableRandom random = new SplittableRandom(5);
    double deviation = size * Math.sqrt(squares / sketches.length);
    for (int i = 0; i < sketches.length; i++) {
      sketches[i] += (float) (deviation * random.nextGaussian());
    }
    return new PairSample(
        sample.rows(), sample.inputSizes(), sample.inputs(), sample.dimension(), sketches);
  }

  @Test
  void rankThatNoiseHides_isRefusedUnlessItIsGiven() {
    TeacherPairs pairs = TeacherPairs.of(2, List.of(2), 1024, true, Encoding.F32, 1);
    PairSample noisy = noisy(pairs.sample(), 0.05);
    assertThatThrownBy(() -> recover(noisy, OptionalInt.empty()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("show no rank");
    RecoveredNetwork network = recover(noisy, OptionalInt.of(2 * M));
    long near =
        network.dictionary().subList(2 * M, network.columns()).stream()
            .filter(column -> pairs.attribute(column, 0.9) >= 2 * M)
            .count();
    assertThat(near).isGreaterThan(2 * M - 4);
    assertThat(network.unidentified()).hasSizeGreaterThan(10);
  }

  @Test
  void noiseOfATenThousandth_allColumnsAndEdges_andNothingFalse() {
    TeacherPairs pairs = TeacherPairs.of(2, List.of(2, 1), 1024, true, Encoding.F32, 1);
    RecoveredNetwork network = recover(noisy(pairs.sample(), 1e-4), OptionalInt.empty());
    List<Integer> attributes =
        network.dictionary().stream().map(column -> pairs.attribute(column, 0.99)).toList();
    assertThat(attributes).doesNotHaveDuplicates().hasSize(5 * M).doesNotContain(-1);
    assertEdges(pairs, network, 0.99);
  }

  @Test
  void oneHotAttributes_whoseColumnsAreToldButForAVectorTheyShare_areNamedAndNotCalledExact() {
    TeacherPairs pairs =
        TeacherPairs.of(2, List.of(2), 1, new SketchSpec(1024, 16, 8), true, Encoding.F32, 1);
    RecoveredNetwork network = recover(pairs);
    int hidden = network.columns() - 2 * M;
    long right =
        network.dictionary().subList(2 * M, network.columns()).stream()
            .filter(column -> pairs.attribute(column, 0.99) >= 2 * M)
            .count();
    assertThat(right).isLessThan(hidden);
    assertThat(network.snapped()).isEqualTo((int) right);
    assertThat(network.unidentified())
        .anySatisfy(
            doubt ->
                assertThat(doubt)
                    .startsWith("columns 24, 25, 26,")
                    .contains(" 45: each may be less a vector that several of them share"));
  }

  /** Among so few pairs some of the codes found are sums of several, of more values than one. */
  @Test
  void oneHotInputs_eachPairOnce_noColumnIsCalledExact() {
    PairSample all =
        TeacherPairs.of(2, List.of(2), 1, new SketchSpec(1024, 16, 8), true, Encoding.F32, 1)
            .sample();
    Set<List<Float>> seen = new HashSet<>();
    int[] rows = IntStream.range(0, all.rows()).filter(i -> seen.add(inputs(all, i))).toArray();
    RecoveredNetwork network = recover(all.rows(rows), OptionalInt.empty());
    assertThat(rows).hasSize(M * M);
    assertThat(network.columns()).isEqualTo(2 * M + 21);
    assertThat(network.snapped()).isZero();
    assertThat(network.unidentified())
        .anySatisfy(doubt -> assertThat(doubt).contains(" 43, 44: each may be less a vector"));
  }

  private static List<Float> inputs(PairSample sample, int row) {
    List<Float> out = new ArrayList<>();
    for (int j = 0; j < sample.inputWidth(); j++) {
      out.add(sample.inputs()[row * sample.inputWidth() + j]);
    }
    return out;
  }

  @Test
  void rankBeyondThePairs_orNone_isNamed() {
    TeacherPairs pairs = TeacherPairs.of(2, List.of(2), 1024, true, Encoding.F32, 1);
    assertThatThrownBy(() -> recover(pairs.sample(), OptionalInt.of(2000)))
        .hasMessageStartingWith("rank: 2000 is more than");
    assertThatThrownBy(() -> recover(pairs.sample(), OptionalInt.of(0)))
        .hasMessageStartingWith("rank: 0 must be at least 1");
  }

  @Test
  void codes_areTheAttributesButForTheScaleOfTheirColumn() {
    TeacherPairs pairs = TeacherPairs.of(2, List.of(2), 1024, true, Encoding.F32, 1);
    RecoveredNetwork network = recover(pairs);
    SplittableRandom random = new SplittableRandom(2);
    List<double[]> truth = new ArrayList<>();
    for (int j = 0; j < 4 * M; j++) {
      truth.add(new double[pairs.sample().rows()]);
    }
    for (int i = 0; i < pairs.sample().rows(); i++) {
      float[] attributes = pairs.network().pair(random).attributes();
      for (int j = 0; j < attributes.length; j++) {
        truth.get(j)[i] = attributes[j];
      }
    }
    for (int c = 0; c < network.columns(); c++) {
      double[] code = Symmetric.unit(network.codes().get(c).clone());
      double[] own =
          Symmetric.unit(truth.get(pairs.attribute(network.dictionary().get(c), 0.99)).clone());
      assertThat(Kernels.dot(code, 0, own, 0, own.length)).isGreaterThan(0.99999);
    }
  }

  @Test
  void samePairsAndSeed_sameNetwork() {
    TeacherPairs pairs = TeacherPairs.of(2, List.of(2), 1024, true, Encoding.F32, 1);
    RecoveredNetwork first = recover(pairs);
    RecoveredNetwork second = recover(pairs);
    assertThat(second.objects())
        .usingRecursiveFieldByFieldElementComparator()
        .isEqualTo(first.objects());
    for (int c = 0; c < first.columns(); c++) {
      assertThat(second.dictionary().get(c)).isEqualTo(first.dictionary().get(c));
    }
  }

  @Test
  void fewerPairsThanColumns_isRefused() {
    TeacherPairs pairs = TeacherPairs.of(2, List.of(2), 1024, true, Encoding.F32, 1);
    PairSample all = pairs.sample();
    int rows = 60;
    PairSample few =
        new PairSample(
            rows,
            all.inputSizes(),
            Arrays.copyOf(all.inputs(), rows * all.inputWidth()),
            all.dimension(),
            Arrays.copyOf(all.sketches(), rows * all.dimension()));
    assertThatThrownBy(
            () ->
                NetworkRecovery.recover(
                    few,
                    OPTIONS,
                    DataParallel.serial(),
                    (stage, done, whole) -> {},
                    Checkpoints.none()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("pairs");
  }

  @Test
  void noise_isNoNetwork() {
    java.util.SplittableRandom random = new java.util.SplittableRandom(5);
    int rows = 600;
    float[] in = new float[rows * 4];
    float[] out = new float[rows * 256];
    for (int i = 0; i < in.length; i++) {
      in[i] = random.nextFloat();
    }
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) random.nextGaussian();
    }
    PairSample noise = new PairSample(rows, List.of(4), in, 256, out);
    assertThatThrownBy(
            () ->
                NetworkRecovery.recover(
                    noise,
                    OPTIONS,
                    DataParallel.serial(),
                    (stage, done, all) -> {},
                    Checkpoints.none()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("rank");
  }

  @Test
  void badPairs_areNamed() {
    float[] in = new float[8];
    assertThatThrownBy(() -> new PairSample(2, List.of(4), in, 15, new float[32]))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("2 rows of 15 floats");
    assertThatThrownBy(() -> new PairSample(2, List.of(3), in, 16, new float[32]))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("input sizes");
  }
}
