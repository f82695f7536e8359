package io.resketch.client;

import com.google.protobuf.FieldMask;
import io.resketch.core.graph.Computation;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.spec.SketchSpec;
import io.resketch.v1.Collection;
import io.resketch.v1.ConceptMember;
import io.resketch.v1.DecodedComputation;
import io.resketch.v1.Decoder;
import io.resketch.v1.DeleteRequest;
import io.resketch.v1.ExchangeItem;
import io.resketch.v1.ExplainRequest;
import io.resketch.v1.ExplainResponse;
import io.resketch.v1.ExportRequest;
import io.resketch.v1.GetCollectionRequest;
import io.resketch.v1.GetRequest;
import io.resketch.v1.ImportResponse;
import io.resketch.v1.IndexOptions;
import io.resketch.v1.ListConceptMembersRequest;
import io.resketch.v1.ListConceptsRequest;
import io.resketch.v1.ListConceptsResponse;
import io.resketch.v1.ListRelatedRequest;
import io.resketch.v1.ListRelatedResponse;
import io.resketch.v1.ListRequest;
import io.resketch.v1.PutRequest;
import io.resketch.v1.PutStreamResponse;
import io.resketch.v1.RepositoryServiceDecodeRequest;
import io.resketch.v1.RetentionPolicy;
import io.resketch.v1.SearchRequest;
import io.resketch.v1.StoredObject;
import io.resketch.v1.UpdateCollectionRequest;
import io.resketch.v1.WatchConceptsRequest;
import io.resketch.wire.Graphs;
import io.resketch.wire.Sketches;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A collection of sketches on a server. Thread-safe. Every method throws {@link ResketchException}
 * if the server refuses or cannot be reached; all may be called again with the same arguments.
 */
public final class SketchCollection {
  /** Bytes of sketches on one page of a listing, at most about this many. */
  private static final int PAGE_BYTES = 16 << 20;

  private static final int MAX_PAGE_SIZE = 1000;

  private final ResketchClient client;
  private final String name;
  private final SketchSpec spec;

  SketchCollection(ResketchClient client, String name, SketchSpec spec) {
    this.client = client;
    this.name = name;
    this.spec = spec;
  }

  /** Last part of the name. */
  public String id() {
    return name.substring(name.lastIndexOf('/') + 1);
  }

  /** Resource name, {@code collections/…}. */
  public String name() {
    return name;
  }

  /** Spec of all sketches of the collection. */
  public SketchSpec spec() {
    return spec;
  }

  /** What the server holds now: number of sketches, modules, bytes. */
  public Collection describe() {
    GetCollectionRequest request = GetCollectionRequest.newBuilder().setName(name).build();
    return ResketchException.translate(
        () -> client.collectionService().getCollection(request).getCollection());
  }

  /**
   * Stores one run, sketched by the server. Returns when it is on the server's disk.
   *
   * @param id 1 to 200 characters of [A-Za-z0-9._~-]
   */
  public StoredSketch put(
      String id, Instant time, Map<String, String> labels, Computation computation) {
    return put(PutItem.of(id, time, labels, computation));
  }

  /**
   * Stores a sketch made in this process. Returns when it is on the server's disk.
   *
   * @param id 1 to 200 characters of [A-Za-z0-9._~-]
   */
  public StoredSketch putFinished(
      String id, Instant time, Map<String, String> labels, FinishedSketch finished) {
    return put(PutItem.finished(id, time, labels, finished));
  }

  /** Stores one run. Returns when it is on the server's disk. */
  public StoredSketch put(PutItem item) {
    PutRequest request = PutRequest.newBuilder().setParent(name).setItem(item.message()).build();
    return StoredSketch.of(
        ResketchException.translate(() -> client.repositoryService().put(request).getRecord()));
  }

  /**
   * Stores many runs over one stream, and returns when each is on the server's disk or refused.
   * Items are taken from the source no faster than the server stores them. If the source fails, its
   * error is passed on after everything sent before has been answered.
   *
   * @param listener told of every item, in order, on the calling thread; if the stream breaks, the
   *     items it was not told of may or may not be stored and can be put again
   * @throws ResketchException if the stream breaks; a refused item does not break it
   */
  public PutSummary putAll(Iterator<PutItem> items, Consumer<PutOutcome> listener) {
    var outcomes =
        new ItemOutcomes<>(
            PutStreamResponse::getStatus, PutStreamResponse::getWarningsList, listener);
    var stream = new BulkStream<>(new BulkPut(name), outcomes);
    var unused = client.repositoryStreams().putStream(stream);
    stream.run(items);
    return outcomes.summary();
  }

  /**
   * Reads the collection out in order of time, then id: header, modules, sketches behind their
   * skeletons.
   *
   * @param filter as in {@code resketch.v1.ListRequest}; empty: all
   * @param afterCursor cursor of a message of the same range and filter, to go on behind it; empty:
   *     from the start
   */
  public ExportStream export(TimeRange range, String filter, String afterCursor) {
    return new ExportStream(
        client,
        ExportRequest.newBuilder()
            .setParent(name)
            .setRange(range.toMessage())
            .setFilter(filter)
            .setAfterCursor(afterCursor)
            .build());
  }

  /**
   * Stores what {@link #export} has read out, here or on another server, and returns when each item
   * is on the server's disk or refused. Items are taken from the source as in {@link #putAll}.
   *
   * @param items the first is a header
   * @param listener told of every item, in order, on the calling thread; the id is empty where the
   *     item is no sketch
   * @throws ResketchException if the stream breaks, for one because the header is of another spec;
   *     the export can then be imported again from its start
   */
  public ImportSummary importAll(Iterator<ExchangeItem> items, Consumer<PutOutcome> listener) {
    long[] sketches = {0};
    var outcomes =
        new ItemOutcomes<>(
            ImportResponse::getStatus,
            acknowledgement -> List.of(),
            outcome -> {
              sketches[0] += outcome.stored() && !outcome.id().isEmpty() ? 1 : 0;
              listener.accept(outcome);
            });
    var stream = new BulkStream<>(new BulkImport(name), outcomes);
    var unused = client.repositoryStreams().import_(stream);
    stream.run(items);
    return new ImportSummary(sketches[0], outcomes.summary().failed());
  }

  /** As {@link #putAll(Iterator, Consumer)}. */
  public PutSummary putAll(Stream<PutItem> items, Consumer<PutOutcome> listener) {
    return putAll(items.iterator(), listener);
  }

  /** One stored sketch. */
  public StoredSketch get(String id) {
    GetRequest request = GetRequest.newBuilder().setName(nameOf(id)).build();
    return StoredSketch.of(
        ResketchException.translate(() -> client.repositoryService().get(request).getRecord()));
  }

  /** The sketches of a range in order of time, then id, read page by page as they are used. */
  public Iterable<StoredSketch> list(TimeRange range) {
    int pageSize = (int) Math.max(1, Math.min(100, PAGE_BYTES / (4L * spec.dimension())));
    return list(
        ListRequest.newBuilder()
            .setParent(name)
            .setRange(range.toMessage())
            .setPageSize(pageSize)
            .build());
  }

  /** As {@link #list(TimeRange)}, without the sketches themselves. */
  public Iterable<StoredSketch> listWithoutSketches(TimeRange range) {
    return listWithoutSketches(range, "");
  }

  /**
   * As {@link #listWithoutSketches(TimeRange)}, of the runs that pass a filter.
   *
   * @param filter such as {@code label.camera = "door"}; empty: all pass
   */
  public Iterable<StoredSketch> listWithoutSketches(TimeRange range, String filter) {
    return list(
        ListRequest.newBuilder()
            .setParent(name)
            .setRange(range.toMessage())
            .setFilter(filter)
            .setPageSize(MAX_PAGE_SIZE)
            .setOmitSketches(true)
            .build());
  }

  private Iterable<StoredSketch> list(ListRequest request) {
    return () ->
        new PageIterator<>(
            token -> {
              ListRequest page = request.toBuilder().setPageToken(token).build();
              var response =
                  ResketchException.translate(() -> client.repositoryService().list(page));
              return new PageIterator.Page<>(
                  response.getRecordsList().stream().map(StoredSketch::of).toList(),
                  response.getNextPageToken());
            });
  }

  /**
   * Changes how the sketches age.
   *
   * @param policy its rules; without any, sketches are kept as they are
   * @return the rules that hold now
   */
  public RetentionPolicy retain(RetentionPolicy policy) {
    return update("retention", Collection.newBuilder().setRetention(policy)).getRetention();
  }

  /**
   * Changes how the collection is indexed for searches. The index is built anew in the background;
   * until it is there, searches compare every sketch.
   *
   * @return the options that hold now
   */
  public IndexOptions index(IndexOptions options) {
    return update("index", Collection.newBuilder().setIndex(options)).getIndex();
  }

  private Collection update(String field, Collection.Builder wanted) {
    UpdateCollectionRequest request =
        UpdateCollectionRequest.newBuilder()
            .setCollection(wanted.setName(name))
            .setUpdateMask(FieldMask.newBuilder().addPaths(field))
            .setRequestId(ResketchClient.requestId())
            .build();
    return ResketchException.translate(
        () -> client.collectionService().updateCollection(request).getCollection());
  }

  /**
   * Deletes a run for good. Returns when that is on the server's disk.
   *
   * @return whether there was one
   */
  public boolean delete(String id) {
    DeleteRequest request =
        DeleteRequest.newBuilder()
            .setName(nameOf(id))
            .setAllowMissing(true)
            .setRequestId(ResketchClient.requestId())
            .build();
    return ResketchException.translate(
        () -> client.repositoryService().delete(request).getDeleted());
  }

  /**
   * Says what carries the similarity of two stored runs.
   *
   * @param pairs strongest pairs of objects to return, 1 to 100
   */
  public ExplainResponse explain(String left, String right, int pairs) {
    ExplainRequest request =
        ExplainRequest.newBuilder()
            .setLeft(nameOf(left))
            .setRight(nameOf(right))
            .setPairs(pairs)
            .build();
    return ResketchException.translate(() -> client.repositoryService().explain(request));
  }

  /**
   * Walks from a stored run to those that share objects or modules with it.
   *
   * @param options depth and other numbers of the request; its name is set here
   */
  public ListRelatedResponse related(String id, ListRelatedRequest options) {
    ListRelatedRequest request = options.toBuilder().setName(nameOf(id)).build();
    return ResketchException.translate(() -> client.repositoryService().listRelated(request));
  }

  /**
   * The concepts of the collection: groups of runs that are alike.
   *
   * @param count how many, 1 to 256; 0: as many as stand apart
   */
  public ListConceptsResponse concepts(int count) {
    ListConceptsRequest request =
        ListConceptsRequest.newBuilder().setParent(name).setCount(count).build();
    return ResketchException.translate(() -> client.repositoryService().listConcepts(request));
  }

  /**
   * The runs of one concept, or of all, in order of time, then id, read page by page as they are
   * used.
   *
   * @param count as in {@link #concepts}
   * @param concept id of a concept of that count; 0: all
   */
  public Iterable<ConceptMember> conceptMembers(int count, long concept) {
    ListConceptMembersRequest request =
        ListConceptMembersRequest.newBuilder()
            .setParent(name)
            .setCount(count)
            .setConcept(concept)
            .setPageSize(MAX_PAGE_SIZE)
            .build();
    return () ->
        new PageIterator<>(
            token -> {
              var page = request.toBuilder().setPageToken(token).build();
              var response =
                  ResketchException.translate(
                      () -> client.repositoryService().listConceptMembers(page));
              return new PageIterator.Page<>(
                  response.getMembersList(), response.getNextPageToken());
            });
  }

  /** Waits for runs that are unlike all before, from now on. */
  public ConceptWatch watchConcepts() {
    return new ConceptWatch(client, WatchConceptsRequest.newBuilder().setParent(name).build());
  }

  /** The {@code k} runs most like a stored run, which is left out. */
  public SearchHits search(String id, int k) {
    return search(id, SearchOptions.top(k));
  }

  /** The runs most like a stored run, which is left out. */
  public SearchHits search(String id, SearchOptions options) {
    return search(SearchRequest.newBuilder().setSketchName(nameOf(id)), options);
  }

  /** The runs most like a sketch. */
  public SearchHits search(Sketch sketch, SearchOptions options) {
    return search(SearchRequest.newBuilder().setSketch(Sketches.sketch(sketch)), options);
  }

  /** The runs most like a computation, which is not stored. */
  public SearchHits search(Computation computation, SearchOptions options) {
    return search(
        SearchRequest.newBuilder().setComputation(Graphs.computation(computation)), options);
  }

  /**
   * The runs most like one object of a stored run with all it was computed from. The run itself is
   * left out.
   */
  public SearchHits searchObject(String id, String objectId, SearchOptions options) {
    return search(
        SearchRequest.newBuilder()
            .setObject(StoredObject.newBuilder().setSketchName(nameOf(id)).setObjectId(objectId)),
        options);
  }

  private SearchHits search(SearchRequest.Builder query, SearchOptions options) {
    options.minCosine().ifPresent(query::setMinCosine);
    SearchRequest request =
        query
            .setParent(name)
            .setK(options.k())
            .setRange(options.range().toMessage())
            .setFilter(options.filter())
            .setPrefixLength(options.prefixLength())
            .setExact(options.exact())
            .build();
    return SearchHits.of(
        ResketchException.translate(() -> client.repositoryService().search(request)));
  }

  /**
   * Module counts over a range as a whole, from sketches alone.
   *
   * @param modules modules to count; empty: every module seen as a root
   */
  public List<StatisticsBucket> statistics(TimeRange range, List<String> modules) {
    return statistics(StatisticsQuery.over(range).modules(modules));
  }

  /**
   * Module counts over time, from sketches alone. Buckets without a sketch are left out.
   *
   * @param bucket length of a bucket
   * @param modules modules to count; empty: every module seen as a root
   */
  public List<StatisticsBucket> statistics(TimeRange range, Duration bucket, List<String> modules) {
    return statistics(StatisticsQuery.over(range).inBuckets(bucket).modules(modules));
  }

  /** The buckets of {@link #answer}. */
  public List<StatisticsBucket> statistics(StatisticsQuery query) {
    return answer(query).buckets();
  }

  /** Statistics of modules, from sketches alone, and what to know about them. */
  public StatisticsAnswer answer(StatisticsQuery query) {
    return StatisticsAnswer.of(
        ResketchException.translate(
            () -> client.repositoryService().aggregateStatistics(query.toMessage(name))));
  }

  /** Recovers the attributes of a stored run from its sketch and its stored skeleton. */
  public DecodedComputation decode(String id, io.resketch.core.decode.Decoder decoder) {
    RepositoryServiceDecodeRequest request =
        RepositoryServiceDecodeRequest.newBuilder()
            .setName(nameOf(id))
            .setDecoder(
                switch (decoder) {
                  case MATCHED -> Decoder.DECODER_MATCHED;
                  case JOINT -> Decoder.DECODER_JOINT;
                  case SPARSE -> Decoder.DECODER_SPARSE;
                  case SPARSE_NONNEGATIVE -> Decoder.DECODER_SPARSE_NONNEGATIVE;
                })
            .build();
    return ResketchException.translate(
        () -> client.repositoryService().decode(request).getDecoded());
  }

  private String nameOf(String id) {
    return name + "/sketches/" + id;
  }
}
