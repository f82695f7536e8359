package io.resketch.server.recovery;

import com.google.protobuf.ByteString;
import io.resketch.core.InvalidInputException;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import io.resketch.server.repository.Inputs;
import io.resketch.server.repository.Receipt;
import io.resketch.server.repository.Repository;
import io.resketch.server.repository.RepositoryException;
import io.resketch.server.repository.RepositoryException.Reason;
import io.resketch.server.repository.SketchCollection;
import io.resketch.v1.Collection;
import io.resketch.v1.Corpus;
import io.resketch.v1.PairBatch;
import io.resketch.v1.PutItem;
import io.resketch.v1.SketchRecord;
import io.resketch.wire.Sketches;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Collections whose computations become pairs of a corpus. A pair is on disk before its sketch, and
 * a put that is tried again adds none: every acknowledged computation is a pair. Thread-safe.
 */
public final class PairFeed {
  private final Repository repository;
  private final Corpora corpora;
  private final Jobs jobs;

  public PairFeed(Repository repository, Corpora corpora, Jobs jobs) {
    this.repository = repository;
    this.corpora = corpora;
    this.jobs = jobs;
  }

  /**
   * Creates a collection whose corpus, if it names one, is there and of its spec.
   *
   * @throws RepositoryException CORPUS_NOT_FOUND, and as {@link Repository#create}
   * @throws io.resketch.core.MismatchException if the corpus is of another spec
   */
  public Collection create(String id, Collection wanted, Receipt<Collection> receipt) {
    if (!wanted.getCorpus().isEmpty()) {
      String corpusId = RecoveryNames.parseCorpus("collection.corpus", wanted.getCorpus());
      SketchSpec spec = Sketches.spec(wanted.getSpec());
      Corpora.requireFingerprint(
          corpora.corpus(corpusId), ByteString.copyFrom(spec.fingerprint().toBytes()));
    }
    return repository.create(id, wanted, receipt);
  }

  /**
   * Stores an item as {@link Repository#put}, and its pair, if it makes one.
   *
   * @throws InvalidInputException if the computation has other inputs than the corpus
   * @throws RepositoryException CORPUS_NOT_FOUND
   */
  public SketchRecord put(
      SketchCollection collection, PutItem item, Receipt<SketchRecord> receipt) {
    String corpus = collection.corpus();
    if (!corpus.isEmpty() && item.hasComputation()) {
      append(RecoveryNames.parseCorpus("corpus", corpus), collection, item);
    }
    return repository.put(collection, item, receipt);
  }

  private void append(String corpusId, SketchCollection collection, PutItem item) {
    Corpus corpus = corpora.corpus(corpusId);
    SketchSpec spec = collection.operators().spec();
    Computation computation = Inputs.computation(spec, item.getComputation());
    Skeleton skeleton = computation.skeleton();
    List<Integer> sizes = new ArrayList<>();
    float[] inputs = new float[PairRows.of(corpus).inputBytes() / Float.BYTES];
    int first = 0;
    for (int i = 0; i < skeleton.size(); i++) {
      if (skeleton.inputCount(i) == 0) {
        Attributes attributes = computation.attributes(i);
        sizes.add(attributes.dimension());
        for (int k = 0; k < attributes.entries(); k++) {
          int at = first + attributes.index(k);
          if (at < inputs.length) {
            inputs[at] = attributes.value(k);
          }
        }
        first += attributes.dimension();
      }
    }
    if (!sizes.equals(corpus.getInputSizesList())) {
      throw new InvalidInputException(
          "item.computation.objects",
          "those without inputs have "
              + sizes
              + " attributes, but the collection feeds "
              + corpus.getName()
              + ", which takes "
              + corpus.getInputSizesList()
              + "; put such runs into another collection");
    }
    float[] sketch = new Sketcher(collection.operators()).sketch(computation).toArray();
    var unused =
        corpora.append(
            corpusId,
            PairBatch.newBuilder()
                .setRowCount(1)
                .setInputs(bytes(inputs))
                .setSketches(bytes(sketch))
                .build(),
            corpus.getFingerprint());
  }

  private static ByteString bytes(float[] values) {
    ByteBuffer out =
        ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    out.asFloatBuffer().put(values);
    return ByteString.copyFrom(out);
  }

  /**
   * Deletes a corpus that no collection feeds and no job reads; returns how many pairs it had.
   *
   * @throws RepositoryException CORPUS_NOT_FOUND, CORPUS_IN_USE
   */
  public long deleteCorpus(String id, Receipt<Long> receipt) {
    for (SketchCollection collection : repository.collections()) {
      if (collection.corpus().equals(RecoveryNames.corpus(id))) {
        throw new RepositoryException(
            Reason.CORPUS_IN_USE,
            "collections/"
                + collection.id()
                + " feeds "
                + RecoveryNames.corpus(id)
                + "; delete the collection first");
      }
    }
    return jobs.deleteCorpus(id, receipt);
  }
}
