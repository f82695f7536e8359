package io.resketch.server.grpc;

import io.grpc.stub.StreamObserver;
import io.resketch.core.InvalidInputException;
import io.resketch.server.recovery.PairFeed;
import io.resketch.server.repository.Names;
import io.resketch.server.repository.Repository;
import io.resketch.v1.Collection;
import io.resketch.v1.CollectionServiceGrpc;
import io.resketch.v1.CreateCollectionRequest;
import io.resketch.v1.CreateCollectionResponse;
import io.resketch.v1.DeleteCollectionRequest;
import io.resketch.v1.DeleteCollectionResponse;
import io.resketch.v1.GetCollectionRequest;
import io.resketch.v1.GetCollectionResponse;
import io.resketch.v1.ListCollectionsRequest;
import io.resketch.v1.ListCollectionsResponse;
import io.resketch.v1.UpdateCollectionRequest;
import io.resketch.v1.UpdateCollectionResponse;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** CollectionService. */
public final class CollectionEndpoint extends CollectionServiceGrpc.CollectionServiceImplBase {
  private final Repository repository;
  private final PairFeed feed;

  public CollectionEndpoint(Repository repository, PairFeed feed) {
    this.repository = repository;
    this.feed = feed;
  }

  @Override
  public void createCollection(
      CreateCollectionRequest request, StreamObserver<CreateCollectionResponse> observer) {
    Unary.answer(
        observer,
        () ->
            repository
                .requests()
                .once(
                    request.getRequestId(),
                    request,
                    CreateCollectionResponse.parser(),
                    (Collection created) ->
                        CreateCollectionResponse.newBuilder().setCollection(created).build(),
                    receipt ->
                        feed.create(request.getCollectionId(), request.getCollection(), receipt)));
  }

  @Override
  public void getCollection(
      GetCollectionRequest request, StreamObserver<GetCollectionResponse> observer) {
    Unary.answer(
        observer,
        () ->
            GetCollectionResponse.newBuilder()
                .setCollection(
                    repository.describe(
                        repository.collection(Names.parseCollection("name", request.getName()))))
                .build());
  }

  @Override
  public void updateCollection(
      UpdateCollectionRequest request, StreamObserver<UpdateCollectionResponse> observer) {
    Unary.answer(
        observer,
        () -> {
          Set<String> fields = new TreeSet<>(request.getUpdateMask().getPathsList());
          if (fields.isEmpty() || !Repository.CHANGEABLE.containsAll(fields)) {
            throw new InvalidInputException(
                "update_mask",
                fields + " must be of [index, retention]; nothing else of a collection can change");
          }
          String id = Names.parseCollection("collection.name", request.getCollection().getName());
          return repository
              .requests()
              .once(
                  request.getRequestId(),
                  request,
                  UpdateCollectionResponse.parser(),
                  (Collection updated) ->
                      UpdateCollectionResponse.newBuilder().setCollection(updated).build(),
                  receipt -> repository.update(id, fields, request.getCollection(), receipt));
        });
  }

  @Override
  public void deleteCollection(
      DeleteCollectionRequest request, StreamObserver<DeleteCollectionResponse> observer) {
    Unary.answer(
        observer,
        () ->
            repository
                .requests()
                .once(
                    request.getRequestId(),
                    request,
                    DeleteCollectionResponse.parser(),
                    (Long count) ->
                        DeleteCollectionResponse.newBuilder().setSketchCount(count).build(),
                    receipt ->
                        repository.deleteCollection(
                            Names.parseCollection("name", request.getName()),
                            request.getForce(),
                            receipt)));
  }

  @Override
  public void listCollections(
      ListCollectionsRequest request, StreamObserver<ListCollectionsResponse> observer) {
    Unary.answer(
        observer,
        () -> {
          int size = Pages.size(request.getPageSize());
          ListCollectionsRequest scope = ListCollectionsRequest.getDefaultInstance();
          String after = Pages.after(scope, request.getPageToken());
          List<String> ids = repository.idsAfter(after, size + 1);
          ListCollectionsResponse.Builder out = ListCollectionsResponse.newBuilder();
          for (String id : ids.subList(0, Math.min(size, ids.size()))) {
            out.addCollections(repository.describe(repository.collection(id)));
          }
          if (ids.size() > size) {
            out.setNextPageToken(Pages.token(scope, ids.get(size - 1)));
          }
          return out.build();
        });
  }
}
