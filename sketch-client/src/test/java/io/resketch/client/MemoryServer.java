package io.resketch.client;

import com.google.protobuf.Any;
import com.google.protobuf.util.FieldMaskUtil;
import com.google.rpc.BadRequest;
import com.google.rpc.Code;
import com.google.rpc.ErrorInfo;
import com.google.rpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.StreamObserver;
import io.resketch.core.InvalidInputException;
import io.resketch.core.decode.GraphDecoder;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.SketchSpec;
import io.resketch.v1.AggregateStatisticsRequest;
import io.resketch.v1.AggregateStatisticsResponse;
import io.resketch.v1.ApartSketch;
import io.resketch.v1.AttributeEstimates;
import io.resketch.v1.Collection;
import io.resketch.v1.CollectionServiceGrpc;
import io.resketch.v1.CreateCollectionRequest;
import io.resketch.v1.CreateCollectionResponse;
import io.resketch.v1.DeleteCollectionRequest;
import io.resketch.v1.DeleteCollectionResponse;
import io.resketch.v1.DeleteRequest;
import io.resketch.v1.DeleteResponse;
import io.resketch.v1.DominantSketch;
import io.resketch.v1.ExplainRequest;
import io.resketch.v1.ExplainResponse;
import io.resketch.v1.FinishedSketch;
import io.resketch.v1.GetCollectionRequest;
import io.resketch.v1.GetCollectionResponse;
import io.resketch.v1.GetRequest;
import io.resketch.v1.GetResponse;
import io.resketch.v1.ItemStatus;
import io.resketch.v1.ListCollectionsRequest;
import io.resketch.v1.ListCollectionsResponse;
import io.resketch.v1.ListRelatedRequest;
import io.resketch.v1.ListRelatedResponse;
import io.resketch.v1.ListRequest;
import io.resketch.v1.ListResponse;
import io.resketch.v1.ModuleEstimate;
import io.resketch.v1.ModuleMeans;
import io.resketch.v1.ModulePresence;
import io.resketch.v1.PutRequest;
import io.resketch.v1.PutResponse;
import io.resketch.v1.PutStreamRequest;
import io.resketch.v1.PutStreamResponse;
import io.resketch.v1.PutWarning;
import io.resketch.v1.RepositoryServiceDecodeRequest;
import io.resketch.v1.RepositoryServiceDecodeResponse;
import io.resketch.v1.RepositoryServiceGrpc;
import io.resketch.v1.SearchHit;
import io.resketch.v1.SearchRequest;
import io.resketch.v1.SearchResponse;
import io.resketch.v1.SketchRecord;
import io.resketch.v1.StatisticsBucket;
import io.resketch.v1.UpdateCollectionRequest;
import io.resketch.v1.UpdateCollectionResponse;
import io.resketch.wire.Graphs;
import io.resketch.wire.Sketches;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** The services over maps in memory, as far as the tests of the client need them. */
public final class MemoryServer implements AutoCloseable {
  private final Map<String, Collection> collections =
      Collections.synchronizedMap(new LinkedHashMap<>());
  private final Map<String, SketchRecord> records =
      Collections.synchronizedMap(new LinkedHashMap<>());
  private final Map<String, Skeleton> skeletons =
      Collections.synchronizedMap(new LinkedHashMap<>());
  private final List<AggregateStatisticsRequest> statistics =
      Collections.synchronizedList(new ArrayList<>());
  private final List<SearchRequest> searches = Collections.synchronizedList(new ArrayList<>());
  private final FakeServer server;

  /** Starts on a free port. */
  public MemoryServer() throws IOException {
    server = new FakeServer(new CollectionsService(), new Repository());
  }

  public String target() {
    return server.target();
  }

  public int stored() {
    return records.size();
  }

  /** The searches so far. */
  public List<SearchRequest> searches() {
    return searches;
  }

  /** The statistics requests so far. */
  public List<AggregateStatisticsRequest> statistics() {
    return statistics;
  }

  @Override
  public void close() {
    server.close();
  }

  private static <T> void answer(StreamObserver<T> observer, Supplier<T> response) {
    try {
      observer.onNext(response.get());
      observer.onCompleted();
    } catch (InvalidInputException e) {
      observer.onError(StatusProto.toStatusRuntimeException(status(e)));
    } catch (StatusRuntimeException e) {
      observer.onError(e);
    }
  }

  private static Status status(InvalidInputException e) {
    BadRequest details =
        BadRequest.newBuilder()
            .addFieldViolations(
                BadRequest.FieldViolation.newBuilder()
                    .setField(e.field())
                    .setDescription(e.getMessage().substring(e.field().length() + 2)))
            .build();
    return Status.newBuilder()
        .setCode(Code.INVALID_ARGUMENT_VALUE)
        .setMessage("the computation is not valid")
        .addDetails(Any.pack(details))
        .build();
  }

  private static StatusRuntimeException error(Code code, String message, String reason) {
    Status.Builder status = Status.newBuilder().setCode(code.getNumber()).setMessage(message);
    if (!reason.isEmpty()) {
      status.addDetails(Any.pack(ErrorInfo.newBuilder().setReason(reason).build()));
    }
    return StatusProto.toStatusRuntimeException(status.build());
  }

  private static <T> T found(Map<String, T> map, String name) {
    T value = map.get(name);
    if (value == null) {
      throw error(Code.NOT_FOUND, name + " does not exist", "");
    }
    return value;
  }

  private SketchSpec spec(String parent) {
    return Sketches.spec(found(collections, parent).getSpec());
  }

  private SketchRecord put(String parent, io.resketch.v1.PutItem item) {
    SketchSpec spec = spec(parent);
    SketchRecord.Builder record = SketchRecord.newBuilder();
    Skeleton skeleton;
    if (item.hasComputation()) {
      var run = item.getComputation();
      if (run.getId().isEmpty()) {
        throw new InvalidInputException("computation.id", "is empty; give every run an id");
      }
      var computation = Graphs.computation(run);
      skeleton = computation.skeleton();
      record
          .setName(parent + "/sketches/" + run.getId())
          .setTime(run.getTime())
          .putAllLabels(run.getLabelsMap())
          .setSketch(Sketches.sketch(new Sketcher(spec).sketch(computation)));
    } else {
      FinishedSketch run = item.getFinished();
      if (!Sketches.sketch(run.getSketch()).fingerprint().equals(spec.fingerprint())) {
        throw error(Code.FAILED_PRECONDITION, "of another spec", "FINGERPRINT_MISMATCH");
      }
      skeleton = Graphs.skeleton(run.getSkeleton());
      record
          .setName(parent + "/sketches/" + run.getId())
          .setTime(run.getTime())
          .putAllLabels(run.getLabelsMap())
          .setSketch(run.getSketch());
    }
    SketchRecord built = record.build();
    records.put(built.getName(), built);
    skeletons.put(built.getName(), skeleton);
    return built.toBuilder().clearSketch().build();
  }

  private final class CollectionsService extends CollectionServiceGrpc.CollectionServiceImplBase {
    @Override
    public void createCollection(
        CreateCollectionRequest request, StreamObserver<CreateCollectionResponse> observer) {
      answer(
          observer,
          () -> {
            String name = "collections/" + request.getCollectionId();
            Collection wanted = request.getCollection().toBuilder().setName(name).build();
            Collection known = collections.putIfAbsent(name, wanted);
            if (known != null && !known.equals(wanted)) {
              throw error(Code.ALREADY_EXISTS, name + " has another spec", "SPEC_DIFFERS");
            }
            return CreateCollectionResponse.newBuilder().setCollection(wanted).build();
          });
    }

    @Override
    public void getCollection(
        GetCollectionRequest request, StreamObserver<GetCollectionResponse> observer) {
      answer(
          observer,
          () ->
              GetCollectionResponse.newBuilder()
                  .setCollection(found(collections, request.getName()))
                  .build());
    }

    @Override
    public void updateCollection(
        UpdateCollectionRequest request, StreamObserver<UpdateCollectionResponse> observer) {
      answer(
          observer,
          () -> {
            Collection.Builder changing =
                found(collections, request.getCollection().getName()).toBuilder();
            FieldMaskUtil.merge(
                request.getUpdateMask(),
                request.getCollection(),
                changing,
                new FieldMaskUtil.MergeOptions().setReplaceMessageFields(true));
            Collection changed = changing.build();
            collections.put(changed.getName(), changed);
            return UpdateCollectionResponse.newBuilder().setCollection(changed).build();
          });
    }

    @Override
    public void deleteCollection(
        DeleteCollectionRequest request, StreamObserver<DeleteCollectionResponse> observer) {
      answer(
          observer,
          () -> {
            var unused = found(collections, request.getName());
            if (records.keySet().stream().anyMatch(n -> n.startsWith(request.getName() + "/"))) {
              throw error(Code.FAILED_PRECONDITION, "it holds sketches", "COLLECTION_NOT_EMPTY");
            }
            collections.remove(request.getName());
            return DeleteCollectionResponse.getDefaultInstance();
          });
    }

    @Override
    public void listCollections(
        ListCollectionsRequest request, StreamObserver<ListCollectionsResponse> observer) {
      answer(
          observer,
          () ->
              ListCollectionsResponse.newBuilder().addAllCollections(collections.values()).build());
    }
  }

  private final class Repository extends RepositoryServiceGrpc.RepositoryServiceImplBase {
    @Override
    public void put(PutRequest request, StreamObserver<PutResponse> observer) {
      answer(
          observer,
          () ->
              PutResponse.newBuilder()
                  .setRecord(MemoryServer.this.put(request.getParent(), request.getItem()))
                  .build());
    }

    @Override
    public StreamObserver<PutStreamRequest> putStream(StreamObserver<PutStreamResponse> observer) {
      return new StreamObserver<>() {
        private String parent = "";
        private long index;

        @Override
        public void onNext(PutStreamRequest request) {
          parent = parent.isEmpty() ? request.getParent() : parent;
          PutStreamResponse.Builder out = PutStreamResponse.newBuilder().setIndex(index++);
          try {
            String name = MemoryServer.this.put(parent, request.getItem()).getName();
            out.setName(name);
            if (name.endsWith("/loud")) {
              out.addWarnings(
                  PutWarning.newBuilder()
                      .setField("objects[a].attributes")
                      .setDescription("the norm 1000 is above 1; scale")
                      .setNorm(1000));
            }
          } catch (InvalidInputException e) {
            Status status = status(e);
            out.setStatus(
                ItemStatus.newBuilder()
                    .setCode(status.getCode())
                    .setMessage(status.getMessage())
                    .addAllDetails(status.getDetailsList()));
          }
          observer.onNext(out.build());
        }

        @Override
        public void onError(Throwable t) {}

        @Override
        public void onCompleted() {
          observer.onCompleted();
        }
      };
    }

    @Override
    public void get(GetRequest request, StreamObserver<GetResponse> observer) {
      answer(
          observer,
          () -> GetResponse.newBuilder().setRecord(found(records, request.getName())).build());
    }

    @Override
    public void delete(DeleteRequest request, StreamObserver<DeleteResponse> observer) {
      answer(
          observer,
          () ->
              DeleteResponse.newBuilder()
                  .setDeleted(records.remove(request.getName()) != null)
                  .build());
    }

    /** A made-up relation of the start with every other run. */
    @Override
    public void listRelated(
        ListRelatedRequest request, StreamObserver<ListRelatedResponse> observer) {
      answer(
          observer,
          () -> {
            SketchRecord start = found(records, request.getName());
            ListRelatedResponse.Builder out =
                ListRelatedResponse.newBuilder()
                    .addSketches(start.toBuilder().putLabels("a<b", "x\u0001y"));
            for (SketchRecord record : records.values()) {
              if (!record.equals(start)) {
                out.addSketches(record).addRelationsBuilder().setLeft(start.getName());
                var relation = out.getRelationsBuilder(out.getRelationsCount() - 1);
                relation.setRight(record.getName()).getEvidenceBuilder().setCosine(0.5);
                relation.addSharedObjectsBuilder().setObjectId("a").setModule("cat").setCosine(0.9);
              }
            }
            return out.build();
          });
    }

    /** Made-up contributions: of objects, or of modules if the two are the same. */
    @Override
    public void explain(ExplainRequest request, StreamObserver<ExplainResponse> observer) {
      answer(
          observer,
          () -> {
            ExplainResponse.Builder out = ExplainResponse.newBuilder().setCosine(0.75);
            if (request.getLeft().equals(request.getRight())) {
              out.getModulesBuilder()
                  .addModulesBuilder()
                  .setModule("cat")
                  .setContribution(0.5)
                  .setStandardError(0.05)
                  .setDetermined(true);
              out.getModulesBuilder()
                  .addModulesBuilder()
                  .setModule("dog")
                  .setReason("within 2 standard errors of 0");
            } else {
              out.getObjectsBuilder()
                  .addPairsBuilder()
                  .setLeftObjectId("a")
                  .setLeftModule("cat")
                  .setRightObjectId("b")
                  .setRightModule("cat")
                  .setContribution(0.5);
            }
            return out.build();
          });
    }

    /** Pages of two, whatever is asked for, with the number of the next as token. */
    @Override
    public void list(ListRequest request, StreamObserver<ListResponse> observer) {
      answer(
          observer,
          () -> {
            List<SketchRecord> all = List.copyOf(records.values());
            int from =
                request.getPageToken().isEmpty() ? 0 : Integer.parseInt(request.getPageToken());
            int to = Math.min(from + 2, all.size());
            ListResponse.Builder out = ListResponse.newBuilder();
            for (SketchRecord record : all.subList(from, to)) {
              out.addRecords(
                  request.getOmitSketches() ? record.toBuilder().clearSketch().build() : record);
            }
            return out.setNextPageToken(to < all.size() ? "" + to : "").build();
          });
    }

    @Override
    public void search(SearchRequest request, StreamObserver<SearchResponse> observer) {
      answer(
          observer,
          () -> {
            searches.add(request);
            Sketch query =
                switch (request.getQueryCase()) {
                  case OBJECT ->
                      Sketches.sketch(
                          found(records, request.getObject().getSketchName()).getSketch());
                  case SKETCH_NAME ->
                      Sketches.sketch(found(records, request.getSketchName()).getSketch());
                  case SKETCH -> Sketches.sketch(request.getSketch());
                  case COMPUTATION ->
                      new Sketcher(spec(request.getParent()))
                          .sketch(Graphs.computation(request.getComputation()));
                  case QUERY_NOT_SET -> throw new InvalidInputException("query", "is missing");
                };
            int prefix =
                request.getPrefixLength() == 0 ? query.prefixLength() : request.getPrefixLength();
            SearchResponse.Builder out =
                SearchResponse.newBuilder()
                    .setScanned(records.size())
                    .setExact(request.getExact())
                    .setMethod(
                        request.getExact()
                            ? SearchResponse.Method.METHOD_SCAN
                            : SearchResponse.Method.METHOD_GRAPH)
                    .setGraphRecall(request.getExact() ? 0 : 0.994);
            records.values().stream()
                .filter(record -> !record.getName().equals(request.getSketchName()))
                .map(
                    record ->
                        SearchHit.newBuilder()
                            .setRecord(record.toBuilder().clearSketch())
                            .setSimilarity(
                                query.cosine(Sketches.sketch(record.getSketch()), prefix))
                            .build())
                .filter(
                    hit -> !request.hasMinCosine() || hit.getSimilarity() >= request.getMinCosine())
                .sorted(Comparator.comparingDouble(SearchHit::getSimilarity).reversed())
                .limit(request.getK())
                .forEach(out::addHits);
            return out.build();
          });
    }

    /** One bucket of made-up counts. */
    @Override
    public void aggregateStatistics(
        AggregateStatisticsRequest request, StreamObserver<AggregateStatisticsResponse> observer) {
      answer(
          observer,
          () -> {
            statistics.add(request);
            StatisticsBucket.Builder bucket =
                StatisticsBucket.newBuilder().setSketches(records.size());
            switch (request.getGroupingCase()) {
              case CYCLE -> {
                if (request.getCycle() == AggregateStatisticsRequest.Cycle.CYCLE_HOUR_OF_DAY) {
                  bucket.setHourOfDay(7);
                } else {
                  bucket.setDayOfWeek(1);
                }
              }
              case LABEL -> bucket.setLabelValue("door");
              case BUCKET, CALENDAR_UNIT, GROUPING_NOT_SET -> {
                bucket.getStartBuilder().setSeconds(1_795_000_000);
                bucket.getEndBuilder().setSeconds(1_795_000_060);
              }
            }
            bucket.setSource(StatisticsBucket.Source.SOURCE_ROLL_UPS).setCellsRead(3);
            if (request.getPresence()) {
              bucket.addPresence(
                  ModulePresence.newBuilder().setModule("cat").setPresent(5).setNotDetermined(2));
              bucket.addPresence(ModulePresence.newBuilder().setModule("dog"));
            }
            if (request.getMeans()) {
              bucket.addMeans(
                  ModuleMeans.newBuilder()
                      .setModule("cat")
                      .setMean(
                          AttributeEstimates.newBuilder()
                              .addValues(0.5)
                              .addStandardErrors(0.1)
                              .setDetermined(true))
                      .setSecondMoment(AttributeEstimates.newBuilder().setReason("a sum")));
              bucket.addMeans(ModuleMeans.newBuilder().setModule("dog"));
            }
            bucket.addEstimates(
                ModuleEstimate.newBuilder()
                    .setModule("cat")
                    .setCount(6.97)
                    .setStandardError(0.05)
                    .setDetermined(true));
            bucket.addEstimates(
                ModuleEstimate.newBuilder().setModule("dog").setReason("never seen as a root"));
            return statistics(request, bucket);
          });
    }

    /** The run "loud" dominates unless it is left out; "lost" is apart. */
    private AggregateStatisticsResponse statistics(
        AggregateStatisticsRequest request, StatisticsBucket.Builder bucket) {
      AggregateStatisticsResponse.Builder out = AggregateStatisticsResponse.newBuilder();
      String loud = request.getParent() + "/sketches/loud";
      if (request.getLeaveOutList().contains(loud)) {
        out.addLeftOut(loud);
      } else if (records.containsKey(loud)) {
        bucket.addDominant(DominantSketch.newBuilder().setName(loud).setEnergyShare(0.995));
      }
      String lost = request.getParent() + "/sketches/lost";
      if (records.containsKey(lost)) {
        out.addApart(ApartSketch.newBuilder().setName(lost).setTime(records.get(lost).getTime()));
        out.setApartSketches(1);
      }
      return out.addBuckets(bucket.setDominanceKnown(true)).build();
    }

    @Override
    public void decode(
        RepositoryServiceDecodeRequest request,
        StreamObserver<RepositoryServiceDecodeResponse> observer) {
      answer(
          observer,
          () -> {
            SketchRecord record = found(records, request.getName());
            String parent = request.getName().substring(0, request.getName().indexOf("/sketches"));
            var decoded =
                new GraphDecoder(new Operators(spec(parent)), found(skeletons, request.getName()))
                    .decode(
                        Sketches.sketch(record.getSketch()),
                        Sketches.decoder(request.getDecoder()));
            return RepositoryServiceDecodeResponse.newBuilder()
                .setDecoded(Graphs.decoded(decoded))
                .build();
          });
    }
  }
}
