package io.resketch.server.grpc;

import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.resketch.core.InvalidInputException;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.server.query.Explanations;
import io.resketch.server.query.Relations;
import io.resketch.server.query.Selection;
import io.resketch.server.query.SimilaritySearch;
import io.resketch.server.query.TimeStatistics;
import io.resketch.server.recovery.PairFeed;
import io.resketch.server.repository.Inputs;
import io.resketch.server.repository.Names;
import io.resketch.server.repository.PutWarnings;
import io.resketch.server.repository.Repository;
import io.resketch.server.repository.SketchCollection;
import io.resketch.server.repository.StoredRuns;
import io.resketch.v1.AggregateStatisticsRequest;
import io.resketch.v1.AggregateStatisticsResponse;
import io.resketch.v1.DeleteRequest;
import io.resketch.v1.DeleteResponse;
import io.resketch.v1.ExplainRequest;
import io.resketch.v1.ExplainResponse;
import io.resketch.v1.ExportRequest;
import io.resketch.v1.ExportResponse;
import io.resketch.v1.GetRequest;
import io.resketch.v1.GetResponse;
import io.resketch.v1.ImportRequest;
import io.resketch.v1.ImportResponse;
import io.resketch.v1.ListConceptMembersRequest;
import io.resketch.v1.ListConceptMembersResponse;
import io.resketch.v1.ListConceptsRequest;
import io.resketch.v1.ListConceptsResponse;
import io.resketch.v1.ListRelatedRequest;
import io.resketch.v1.ListRelatedResponse;
import io.resketch.v1.ListRequest;
import io.resketch.v1.ListResponse;
import io.resketch.v1.PutRequest;
import io.resketch.v1.PutResponse;
import io.resketch.v1.PutStreamRequest;
import io.resketch.v1.PutStreamResponse;
import io.resketch.v1.RepositoryServiceDecodeRequest;
import io.resketch.v1.RepositoryServiceDecodeResponse;
import io.resketch.v1.RepositoryServiceGrpc;
import io.resketch.v1.SearchRequest;
import io.resketch.v1.SearchResponse;
import io.resketch.v1.SketchRecord;
import io.resketch.v1.StoredObject;
import io.resketch.v1.WatchConceptsRequest;
import io.resketch.v1.WatchConceptsResponse;
import io.resketch.wire.Sketches;

/** RepositoryService. */
public final class RepositoryEndpoint extends RepositoryServiceGrpc.RepositoryServiceImplBase {
  private static final int DEFAULT_HITS = 10;
  private static final int MAX_HITS = 1000;
  private static final int DEFAULT_PAIRS = 10;
  private static final int MAX_PAIRS = 100;

  /** A page ends early when its sketches reach this size, well below the message limit. */
  private static final int MAX_PAGE_BYTES = 16 << 20;

  private final Repository repository;
  private final PairFeed feed;
  private final SimilaritySearch search;
  private final TimeStatistics statistics;
  private final Explanations explanations;
  private final Relations relations;
  private final StoredRuns runs;
  private final ConceptCalls concepts;

  public RepositoryEndpoint(
      Repository repository,
      PairFeed feed,
      SimilaritySearch search,
      TimeStatistics statistics,
      Explanations explanations,
      ConceptCalls concepts) {
    this.repository = repository;
    this.feed = feed;
    this.search = search;
    this.statistics = statistics;
    this.explanations = explanations;
    this.concepts = concepts;
    this.runs = new StoredRuns(repository);
    this.relations = new Relations(repository, search, explanations);
  }

  private SketchCollection collection(String parent) {
    return repository.collection(Names.parseCollection("parent", parent));
  }

  @Override
  public void put(PutRequest request, StreamObserver<PutResponse> observer) {
    Unary.answer(
        observer,
        () ->
            repository
                .requests()
                .once(
                    request.getRequestId(),
                    request,
                    PutResponse.parser(),
                    (SketchRecord record) -> put(request, record),
                    receipt ->
                        feed.put(collection(request.getParent()), request.getItem(), receipt)));
  }

  private PutResponse put(PutRequest request, SketchRecord record) {
    var spec = collection(request.getParent()).operators().spec();
    return PutResponse.newBuilder()
        .setRecord(record)
        .addAllWarnings(PutWarnings.of(spec, request.getItem()))
        .build();
  }

  @Override
  public StreamObserver<PutStreamRequest> putStream(StreamObserver<PutStreamResponse> observer) {
    return new PutStream(repository, feed, (ServerCallStreamObserver<PutStreamResponse>) observer);
  }

  @Override
  public void export(ExportRequest request, StreamObserver<ExportResponse> observer) {
    ExportStream.start(repository, request, (ServerCallStreamObserver<ExportResponse>) observer);
  }

  @Override
  public StreamObserver<ImportRequest> import_(StreamObserver<ImportResponse> observer) {
    return new ImportStream(repository, (ServerCallStreamObserver<ImportResponse>) observer);
  }

  @Override
  public void get(GetRequest request, StreamObserver<GetResponse> observer) {
    Unary.answer(
        observer,
        () ->
            GetResponse.newBuilder()
                .setRecord(repository.get(Names.parseSketch("name", request.getName())))
                .build());
  }

  @Override
  public void list(ListRequest request, StreamObserver<ListResponse> observer) {
    Unary.answer(observer, () -> list(request));
  }

  private ListResponse list(ListRequest request) {
    SketchCollection collection = collection(request.getParent());
    Selection selection = Selection.of(request.getRange(), request.getFilter());
    int size = Pages.size(request.getPageSize());
    ListRequest scope =
        ListRequest.newBuilder()
            .setParent(request.getParent())
            .setRange(request.getRange())
            .setFilter(request.getFilter())
            .build();
    ListResponse.Builder out = ListResponse.newBuilder();
    byte[][] last = new byte[1][];
    int[] bytes = {0};
    selection.visit(
        repository,
        collection,
        Pages.position(scope, request.getPageToken()),
        (position, id, record) -> {
          if (out.getRecordsCount() == size || bytes[0] > MAX_PAGE_BYTES) {
            out.setNextPageToken(Pages.token(scope, last[0]));
            return false;
          }
          SketchRecord listed =
              request.getOmitSketches() ? record.toBuilder().clearSketch().build() : record;
          bytes[0] += listed.getSerializedSize();
          out.addRecords(listed);
          last[0] = position;
          return true;
        });
    return out.build();
  }

  @Override
  public void search(SearchRequest request, StreamObserver<SearchResponse> observer) {
    Unary.answer(
        observer,
        () -> {
          SketchCollection collection = collection(request.getParent());
          Selection selection = Selection.of(request.getRange(), request.getFilter());
          int k = request.getK() == 0 ? DEFAULT_HITS : request.getK();
          if (k < 0 || k > MAX_HITS) {
            throw new InvalidInputException("k", k + " must be 1 to " + MAX_HITS);
          }
          return search.search(
              collection,
              new SimilaritySearch.Query(
                  query(collection, request),
                  request.hasObject()
                      ? request.getObject().getSketchName()
                      : request.getSketchName(),
                  k,
                  request.getPrefixLength(),
                  minCosine(request),
                  request.getExact()),
              selection);
        });
  }

  private static double minCosine(SearchRequest request) {
    if (!request.hasMinCosine()) {
      return SimilaritySearch.Query.NO_MINIMUM;
    }
    double out = request.getMinCosine();
    if (!(out >= -1 && out <= 1)) {
      throw new InvalidInputException(
          "min_cosine", out + " must be -1 to 1; leave it out to have all");
    }
    return out;
  }

  private Sketch query(SketchCollection collection, SearchRequest request) {
    return switch (request.getQueryCase()) {
      case SKETCH_NAME ->
          Repository.sketch(
              repository.get(stored(collection, "sketch_name", request.getSketchName())));
      case OBJECT -> {
        StoredObject object = request.getObject();
        yield runs.unroll(
            stored(collection, "object.sketch_name", object.getSketchName()), object.getObjectId());
      }
      case SKETCH -> Inputs.sketch(collection.operators().spec(), request.getSketch());
      case COMPUTATION ->
          new Sketcher(collection.operators())
              .sketch(Inputs.computation(collection.operators().spec(), request.getComputation()));
      case QUERY_NOT_SET ->
          throw new InvalidInputException(
              "query", "is missing; give sketch_name, sketch, computation or object");
    };
  }

  private static Names.SketchName stored(SketchCollection collection, String field, String name) {
    Names.SketchName parsed = Names.parseSketch(field, name);
    if (!parsed.collection().equals(collection.id())) {
      throw new InvalidInputException(
          field, name + " is not of the collection " + Names.collection(collection.id()));
    }
    return parsed;
  }

  @Override
  public void delete(DeleteRequest request, StreamObserver<DeleteResponse> observer) {
    Unary.answer(
        observer,
        () ->
            repository
                .requests()
                .once(
                    request.getRequestId(),
                    request,
                    DeleteResponse.parser(),
                    (Boolean deleted) -> DeleteResponse.newBuilder().setDeleted(deleted).build(),
                    receipt ->
                        repository.delete(
                            Names.parseSketch("name", request.getName()),
                            request.getAllowMissing(),
                            receipt)));
  }

  @Override
  public void explain(ExplainRequest request, StreamObserver<ExplainResponse> observer) {
    Unary.answer(
        observer,
        () -> {
          Names.SketchName left = Names.parseSketch("left", request.getLeft());
          SketchCollection collection = repository.collection(left.collection());
          return explanations.explain(
              collection, left, stored(collection, "right", request.getRight()), pairs(request));
        });
  }

  @Override
  public void listRelated(
      ListRelatedRequest request, StreamObserver<ListRelatedResponse> observer) {
    Unary.answer(observer, () -> relations.walk(request));
  }

  @Override
  public void listConcepts(
      ListConceptsRequest request, StreamObserver<ListConceptsResponse> observer) {
    concepts.list(request, observer);
  }

  @Override
  public void listConceptMembers(
      ListConceptMembersRequest request, StreamObserver<ListConceptMembersResponse> observer) {
    concepts.listMembers(request, observer);
  }

  @Override
  public void watchConcepts(
      WatchConceptsRequest request, StreamObserver<WatchConceptsResponse> observer) {
    concepts.watch(request, (ServerCallStreamObserver<WatchConceptsResponse>) observer);
  }

  private static int pairs(ExplainRequest request) {
    int pairs = request.getPairs();
    if (pairs < 0 || pairs > MAX_PAIRS) {
      throw new InvalidInputException("pairs", pairs + " must be 0 to " + MAX_PAIRS);
    }
    return pairs == 0 ? DEFAULT_PAIRS : pairs;
  }

  @Override
  public void aggregateStatistics(
      AggregateStatisticsRequest request, StreamObserver<AggregateStatisticsResponse> observer) {
    Unary.answer(
        observer,
        () ->
            statistics.aggregate(
                collection(request.getParent()), request, Context.current()::isCancelled));
  }

  @Override
  public void decode(
      RepositoryServiceDecodeRequest request,
      StreamObserver<RepositoryServiceDecodeResponse> observer) {
    Unary.answer(
        observer,
        () ->
            RepositoryServiceDecodeResponse.newBuilder()
                .setDecoded(
                    runs.decode(
                        Names.parseSketch("name", request.getName()),
                        Sketches.decoder(request.getDecoder())))
                .build());
  }
}
