package io.resketch.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.resketch.core.spec.SketchSpec;
import io.resketch.server.RepositoryModel.Operation;
import io.resketch.v1.DeleteCollectionRequest;
import io.resketch.v1.DeleteRequest;
import io.resketch.v1.GetRequest;
import io.resketch.v1.ListRequest;
import io.resketch.v1.ListResponse;
import io.resketch.v1.SearchHit;
import io.resketch.v1.SearchRequest;
import io.resketch.v1.SketchRecord;
import io.resketch.wire.Graphs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random operations on a real server and on a model in memory give the same answers. A sequence
 * that does not is made as short as it can be before it is reported.
 */
final class ModelTest {
  private static final SketchSpec SPEC = new SketchSpec(512, 16, 7);
  private static final int SEQUENCES = 12;

  /** Collections of so many sketches get an index, which then has to say the same as a scan. */
  private static final int INDEXED = 5;

  private static final int LENGTH = 120;

  @TempDir private Path folder;
  private int directories;

  @Test
  void randomOperations_answerAsTheModelDoes() throws IOException {
    for (long seed = 0; seed < SEQUENCES; seed++) {
      Random random = new Random(seed);
      List<Operation> operations = new ArrayList<>();
      for (int i = 0; i < LENGTH; i++) {
        operations.add(Operation.draw(random));
      }
      if (!run(operations).isEmpty()) {
        List<Operation> least = shrink(operations);
        throw new AssertionError("seed " + seed + ": " + run(least) + "\n" + lines(least));
      }
    }
  }

  private static String lines(List<Operation> operations) {
    StringBuilder out = new StringBuilder();
    operations.forEach(operation -> out.append("  ").append(operation).append('\n'));
    return out.toString();
  }

  /** Leaves out ever smaller parts as long as the rest still fails. */
  private List<Operation> shrink(List<Operation> failing) throws IOException {
    List<Operation> least = failing;
    for (int size = failing.size() / 2; size >= 1; size /= 2) {
      for (int from = 0; from < least.size(); ) {
        List<Operation> shorter = new ArrayList<>(least.subList(0, from));
        shorter.addAll(least.subList(Math.min(least.size(), from + size), least.size()));
        if (run(shorter).isEmpty()) {
          from += size;
        } else {
          least = shorter;
        }
      }
    }
    return least;
  }

  /** The first difference; empty if there is none. */
  private String run(List<Operation> operations) throws IOException {
    Path directory = Files.createDirectory(folder.resolve("run-" + directories++));
    RepositoryModel model = new RepositoryModel(SPEC);
    TestServer server = new TestServer(directory, INDEXED);
    try {
      for (int i = 0; i < operations.size(); i++) {
        Operation operation = operations.get(i);
        if (operation instanceof Operation.Reopen) {
          server.close();
          server = new TestServer(directory, INDEXED);
          continue;
        }
        String expected = model.answer(operation);
        String found = answer(server, operation);
        if (!found.equals(expected)) {
          return "operation " + i + ": expected " + expected + ", found " + found;
        }
      }
      return "";
    } finally {
      server.close();
    }
  }

  private static String answer(TestServer server, Operation operation) {
    try {
      if (operation instanceof Operation.Create create) {
        return server.create(create.collection(), SPEC).getSketchCount() + "";
      } else if (operation instanceof Operation.Drop drop) {
        return server
                .collections()
                .deleteCollection(
                    DeleteCollectionRequest.newBuilder()
                        .setName("collections/" + drop.collection())
                        .setForce(true)
                        .build())
                .getSketchCount()
            + "";
      } else if (operation instanceof Operation.Put put) {
        io.resketch.v1.Computation.Builder run =
            Graphs.computation(RepositoryModel.content(put.content())).toBuilder()
                .setId(put.id())
                .putLabels("door", put.label());
        if (put.time() >= 0) {
          run.setTime(Runs.time(put.time()));
        }
        return id(server.put(put.collection(), run.build()));
      } else if (operation instanceof Operation.Get get) {
        SketchRecord record =
            server
                .repository()
                .get(GetRequest.newBuilder().setName(name(get.collection(), get.id())).build())
                .getRecord();
        return RepositoryModel.show(record.getLabelsMap(), record.getSketch());
      } else if (operation instanceof Operation.Delete delete) {
        return server
                .repository()
                .delete(
                    DeleteRequest.newBuilder()
                        .setName(name(delete.collection(), delete.id()))
                        .build())
                .getDeleted()
            + "";
      } else if (operation instanceof Operation.Listing listing) {
        return list(server, listing);
      } else if (operation instanceof Operation.Search search) {
        return search(server, search);
      }
      throw new AssertionError(operation);
    } catch (StatusRuntimeException e) {
      return StatusProto.fromThrowable(e).getDetailsCount() == 0
          ? e.getMessage()
          : TestServer.failure(
                  () -> {
                    throw e;
                  })
              .reason();
    }
  }

  private static String name(String collection, String id) {
    return "collections/" + collection + "/sketches/" + id;
  }

  private static String id(SketchRecord record) {
    return record.getName().substring(record.getName().lastIndexOf('/') + 1);
  }

  private static String list(TestServer server, Operation.Listing listing) {
    List<String> ids = new ArrayList<>();
    String token = "";
    do {
      ListResponse page =
          server
              .repository()
              .list(
                  ListRequest.newBuilder()
                      .setParent("collections/" + listing.collection())
                      .setFilter(listing.filter().text())
                      .setPageSize(listing.pageSize())
                      .setPageToken(token)
                      .build());
      assertThat(page.getRecordsCount()).isLessThanOrEqualTo(listing.pageSize());
      page.getRecordsList().forEach(record -> ids.add(id(record)));
      token = page.getNextPageToken();
    } while (!token.isEmpty());
    return ids.toString();
  }

  private static String search(TestServer server, Operation.Search search) {
    SearchRequest request =
        SearchRequest.newBuilder()
            .setParent("collections/" + search.collection())
            .setSketchName(name(search.collection(), search.id()))
            .setFilter(search.filter().text())
            .setK(search.k())
            .build();
    List<String> hits = new ArrayList<>();
    for (SearchHit hit : server.repository().search(request).getHitsList()) {
      hits.add(String.format(Locale.ROOT, "%s %.9f", id(hit.getRecord()), hit.getSimilarity()));
    }
    return hits.toString();
  }
}
