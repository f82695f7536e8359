package io.resketch.server.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.resketch.core.sketch.Sketch;
import io.resketch.core.spec.SketchSpec;
import io.resketch.server.filter.Filter;
import io.resketch.server.index.SketchIndex.Progress;
import io.resketch.v1.SketchRecord;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.apache.lucene.search.Query;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the graph finds, and what searches do where it finds little. */
final class IndexCheckTest {
  private static final SketchSpec SPEC = new SketchSpec(256, 16, 7);
  private static final int PREFIX = 64;
  private static final int STORED = 1500;
  private static final Query ALL =
      Fields.query(new SketchIndexes.Wanted(1, 1, null, null, Filter.ALL)).orElseThrow();

  @TempDir private Path directory;
  private final Random random = new Random(11);
  private final float[] copied = gaussian();
  private SketchIndex index;

  @BeforeEach
  void create() throws IOException {
    index = SketchIndex.create(directory, PREFIX);
  }

  private float[] gaussian() {
    float[] out = new float[SPEC.dimension()];
    for (int i = 0; i < out.length; i++) {
      out[i] = (float) random.nextGaussian();
    }
    return out;
  }

  private static Sketch sketch(float[] values) {
    return Sketch.of(SPEC.fingerprint(), SPEC.dimension(), values, 1, 1);
  }

  /** One of fifty, with some scatter. */
  private static float[] clustered(List<float[]> centres, Random random) {
    float[] out = centres.get(random.nextInt(centres.size())).clone();
    for (int i = 0; i < out.length; i++) {
      out[i] += (float) (0.5 * random.nextGaussian());
    }
    return out;
  }

  private void put(int i, float[] values) throws IOException {
    index.put("s" + i, sketch(values), SketchRecord.getDefaultInstance());
  }

  private Found.Path pathOfASearchForOne() throws IOException {
    Proposals none =
        new Proposals() {
          @Override
          public boolean wants(Guess guess) {
            return false;
          }

          @Override
          public void take(List<String> ids) {}
        };
    return index
        .search(new SketchIndex.Question(sketch(copied), 1, 1, ALL), none)
        .orElseThrow()
        .path();
  }

  @Test
  void aGraphOfClusters_isFoundGood_andUsed() throws IOException {
    List<float[]> centres = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      centres.add(gaussian());
    }
    for (int i = 0; i < STORED; i++) {
      put(i, clustered(centres, random));
    }
    index.commit(new Progress(new UUID(1, 2), 1));
    assertThat(pathOfASearchForOne()).isEqualTo(Found.Path.VECTORS); // not checked yet
    assertThat(index.checkAlways(3).recall()).isGreaterThanOrEqualTo(IndexCheck.ENOUGH);
    assertThat(pathOfASearchForOne()).isEqualTo(Found.Path.GRAPH);
    index.close();
  }

  @Test
  void aGraphOfNearCopiesThatHideWhatIsUnlikeThem_isFoundPoor_andNotUsed() throws IOException {
    for (int i = 0; i < 2 * STORED; i++) {
      float[] values = gaussian();
      if (i % 50 != 0) {
        for (int j = 0; j < values.length; j++) {
          values[j] = copied[j] + 0.1f * values[j];
        }
      }
      put(i, values);
    }
    index.commit(new Progress(new UUID(1, 2), 1));
    assertThat(index.checkAlways(3).recall()).isLessThan(IndexCheck.ENOUGH);
    assertThat(pathOfASearchForOne()).isEqualTo(Found.Path.VECTORS);
    index.close();
  }
}
