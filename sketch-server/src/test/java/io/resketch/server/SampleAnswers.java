package io.resketch.server;

import com.google.protobuf.ByteString;
import com.google.protobuf.util.Timestamps;
import io.resketch.v1.AggregateStatisticsRequest;
import io.resketch.v1.Collection;
import io.resketch.v1.DecodedObject;
import io.resketch.v1.Decoder;
import io.resketch.v1.ExplainRequest;
import io.resketch.v1.ListCollectionsRequest;
import io.resketch.v1.ListRequest;
import io.resketch.v1.Module;
import io.resketch.v1.ModuleEstimate;
import io.resketch.v1.RepositoryServiceDecodeRequest;
import io.resketch.v1.SearchHit;
import io.resketch.v1.SearchRequest;
import io.resketch.v1.SketchRecord;
import io.resketch.v1.StatisticsBucket;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Everything that a server with a sample data directory is asked, as lines of words and numbers.
 */
final class SampleAnswers {
  private static final String ROOMS = "collections/rooms";

  private final TestServer server;
  private final List<String> lines = new ArrayList<>();

  SampleAnswers(TestServer server) {
    this.server = server;
  }

  List<String> lines() throws Exception {
    var collections =
        server.collections().listCollections(ListCollectionsRequest.getDefaultInstance());
    for (Collection collection : collections.getCollectionsList()) {
      describe(collection);
      list(collection.getName());
    }
    statistics("hour", request -> request.getBucketBuilder().setSeconds(3600));
    statistics("day", request -> request.getBucketBuilder().setSeconds(86_400));
    statistics(
        "hour-of-day",
        request -> request.setCycle(AggregateStatisticsRequest.Cycle.CYCLE_HOUR_OF_DAY));
    statistics("camera", request -> request.setLabel("camera"));
    search("");
    search("label.camera = \"door\" AND time < \"2026-11-22T04:00:00Z\"");
    decode("run-3");
    decode("run-7");
    double cosine =
        server
            .repository()
            .explain(
                ExplainRequest.newBuilder()
                    .setLeft(ROOMS + "/sketches/run-6")
                    .setRight(ROOMS + "/sketches/run-3")
                    .build())
            .getCosine();
    lines.add("explain cosine " + cosine);
    return lines;
  }

  private void describe(Collection collection) {
    lines.add(
        String.join(
            " ",
            collection.getName(),
            collection.getSpec().getFamily().name(),
            Integer.toUnsignedString(collection.getSpec().getDimension()),
            collection.getSkeletonPolicy().name(),
            Timestamps.toString(collection.getCreateTime()),
            Long.toString(collection.getSketchCount()),
            Long.toString(collection.getSketchBytes()),
            Long.toString(collection.getSkeletonBytes())));
    collection
        .getRetention()
        .getRulesList()
        .forEach(
            rule -> lines.add("keeps " + rule.getKeep() + " at " + rule.getAge().getSeconds()));
    for (Module module : collection.getModulesList()) {
      lines.add("module " + module.getName() + " " + module.getDimension());
    }
  }

  private void list(String parent) throws Exception {
    ListRequest request = ListRequest.newBuilder().setParent(parent).setPageSize(1000).build();
    for (SketchRecord record : server.repository().list(request).getRecordsList()) {
      lines.add(
          String.join(
              " ",
              record.getName(),
              record.hasTime() ? Timestamps.toString(record.getTime()) : "timeless",
              new TreeMap<>(record.getLabelsMap()).toString(),
              hash(record.getSketch().getImage()),
              HexFormat.of().formatHex(record.getSkeletonHash().toByteArray())));
    }
  }

  private static String hash(ByteString bytes) throws Exception {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.toByteArray()));
  }

  private void statistics(String name, Consumer<AggregateStatisticsRequest.Builder> grouping) {
    AggregateStatisticsRequest.Builder request =
        AggregateStatisticsRequest.newBuilder().setParent(ROOMS);
    request.getRangeBuilder().getStartBuilder().setSeconds(SampleDirectory.DAY);
    grouping.accept(request);
    for (StatisticsBucket bucket :
        server.repository().aggregateStatistics(request.build()).getBucketsList()) {
      String group =
          bucket.hasStart()
              ? Timestamps.toString(bucket.getStart())
              : bucket.hasLabelValue() ? bucket.getLabelValue() : "" + bucket.getHourOfDay();
      lines.add(name + " " + group + " " + bucket.getSketches() + " " + bucket.getSource());
      for (ModuleEstimate estimate : bucket.getEstimatesList()) {
        lines.add(
            String.join(
                " ",
                name,
                group,
                estimate.getModule(),
                Double.toString(estimate.getCount()),
                Double.toString(estimate.getStandardError()),
                Boolean.toString(estimate.getDetermined())));
      }
    }
  }

  private void search(String filter) {
    SearchRequest request =
        SearchRequest.newBuilder()
            .setParent(ROOMS)
            .setSketchName(ROOMS + "/sketches/run-3")
            .setFilter(filter)
            .setK(20)
            .build();
    for (SearchHit hit : server.repository().search(request).getHitsList()) {
      lines.add("hit " + hit.getRecord().getName() + " " + hit.getSimilarity());
    }
  }

  private void decode(String id) {
    RepositoryServiceDecodeRequest request =
        RepositoryServiceDecodeRequest.newBuilder()
            .setName(ROOMS + "/sketches/" + id)
            .setDecoder(Decoder.DECODER_MATCHED)
            .build();
    for (DecodedObject object : server.repository().decode(request).getDecoded().getObjectsList()) {
      lines.add(
          String.join(
              " ",
              "decoded",
              id,
              object.getId(),
              object.getModule(),
              Double.toString(object.getStandardError()),
              Boolean.toString(object.getDetermined()),
              Float.toString(object.getAttributes().getDense().getValues(0))));
    }
  }
}
