package io.resketch.server.grpc;

import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import io.resketch.core.InvalidInputException;
import io.resketch.core.decode.BlindTree;
import io.resketch.core.decode.DecodingBudget;
import io.resketch.core.decode.GraphDecoder;
import io.resketch.core.graph.Computation;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.stats.DecodedStatistics;
import io.resketch.core.stats.ModuleCount;
import io.resketch.core.stats.ModuleProfile;
import io.resketch.server.query.Estimators;
import io.resketch.server.repository.Inputs;
import io.resketch.v1.CombineRequest;
import io.resketch.v1.CombineResponse;
import io.resketch.v1.DecodeRequest;
import io.resketch.v1.DecodeResponse;
import io.resketch.v1.DecodedComputation;
import io.resketch.v1.EstimateRequest;
import io.resketch.v1.EstimateResponse;
import io.resketch.v1.Skeleton;
import io.resketch.v1.SketchRequest;
import io.resketch.v1.SketchResponse;
import io.resketch.v1.SketchServiceGrpc;
import io.resketch.v1.TruncateRequest;
import io.resketch.v1.TruncateResponse;
import io.resketch.v1.WeightedSketch;
import io.resketch.wire.Graphs;
import io.resketch.wire.Sketches;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;

/** SketchService: the mechanism, without state. */
public final class SketchEndpoint extends SketchServiceGrpc.SketchServiceImplBase {
  private static final int MAX_COMBINED = 10_000;

  private final Estimators estimators;

  public SketchEndpoint(Estimators estimators) {
    this.estimators = estimators;
  }

  @Override
  public void sketch(SketchRequest request, StreamObserver<SketchResponse> observer) {
    Unary.answer(
        observer,
        () -> {
          Operators operators = estimators.operators(Sketches.spec(request.getSpec()));
          Computation computation = Inputs.computation(operators.spec(), request.getComputation());
          Skeleton.Builder skeleton =
              Graphs.skeleton(computation.skeleton()).toBuilder()
                  .setId(request.getComputation().getId())
                  .putAllLabels(request.getComputation().getLabelsMap());
          if (request.getComputation().hasTime()) {
            skeleton.setTime(request.getComputation().getTime());
          }
          return SketchResponse.newBuilder()
              .setSketch(Sketches.sketch(new Sketcher(operators).sketch(computation)))
              .setSkeleton(skeleton)
              .build();
        });
  }

  @Override
  public void decode(DecodeRequest request, StreamObserver<DecodeResponse> observer) {
    Unary.answer(
        observer,
        () -> {
          Operators operators = estimators.operators(Sketches.spec(request.getSpec()));
          Skeleton skeleton = request.getSkeleton();
          DecodedComputation.Builder decoded =
              Graphs.decoded(
                      new GraphDecoder(operators, Inputs.skeleton(operators.spec(), skeleton))
                          .decode(
                              Inputs.sketch(operators.spec(), request.getSketch()),
                              Sketches.decoder(request.getDecoder())))
                  .toBuilder()
                  .setId(skeleton.getId())
                  .putAllLabels(skeleton.getLabelsMap());
          if (skeleton.hasTime()) {
            decoded.setTime(skeleton.getTime());
          }
          return DecodeResponse.newBuilder().setDecoded(decoded).build();
        });
  }

  @Override
  public void estimate(EstimateRequest request, StreamObserver<EstimateResponse> observer) {
    Unary.answer(
        observer,
        () -> {
          Operators operators = estimators.operators(Sketches.spec(request.getSpec()));
          Sketch sketch = Inputs.sketch(operators.spec(), request.getSketch());
          List<ModuleProfile> modules = Inputs.modules(request.getModulesList());
          EstimateResponse.Builder out = EstimateResponse.newBuilder();
          counts(operators, sketch, modules)
              .forEach(count -> out.addEstimates(Sketches.estimate(count)));
          return out.build();
        });
  }

  private List<ModuleCount> counts(
      Operators operators, Sketch sketch, List<ModuleProfile> modules) {
    if (!modules.isEmpty()) {
      DecodedStatistics decoder = new DecodedStatistics(operators, modules);
      Optional<BlindTree> tree =
          decoder.decode(sketch, new DecodingBudget(SketchEndpoint::checkpoint));
      if (tree.isPresent()) {
        List<String> names = modules.stream().map(ModuleProfile::name).toList();
        return decoder.counts(tree.get(), sketch.mass(), names);
      }
    }
    return estimators.estimator(operators, modules, sketch.prefixLength()).estimate(sketch);
  }

  private static void checkpoint() {
    if (Context.current().isCancelled()) {
      throw new CancellationException("the call was cancelled, or its deadline has passed");
    }
  }

  @Override
  public void combine(CombineRequest request, StreamObserver<CombineResponse> observer) {
    Unary.answer(
        observer,
        () -> {
          if (request.getSketchesCount() > MAX_COMBINED) {
            throw new InvalidInputException(
                "sketches",
                request.getSketchesCount() + " sketches, at most " + MAX_COMBINED + " at once");
          }
          List<Sketch> sketches = new ArrayList<>();
          double[] weights = new double[request.getSketchesCount()];
          for (WeightedSketch item : request.getSketchesList()) {
            weights[sketches.size()] = item.hasWeight() ? item.getWeight() : 1;
            sketches.add(Sketches.sketch(item.getSketch()));
          }
          return CombineResponse.newBuilder()
              .setSketch(Sketches.sketch(Sketch.weightedSum(sketches, weights)))
              .build();
        });
  }

  @Override
  public void truncate(TruncateRequest request, StreamObserver<TruncateResponse> observer) {
    Unary.answer(
        observer,
        () ->
            TruncateResponse.newBuilder()
                .setSketch(
                    Sketches.sketch(
                        Sketches.sketch(request.getSketch()).truncate(request.getPrefixLength())))
                .build());
  }
}
