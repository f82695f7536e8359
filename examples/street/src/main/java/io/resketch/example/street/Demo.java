package io.resketch.example.street;

import io.resketch.client.FinishedSketch;
import io.resketch.client.PutItem;
import io.resketch.client.PutOutcome;
import io.resketch.client.PutSummary;
import io.resketch.client.ResketchClient;
import io.resketch.client.SearchHit;
import io.resketch.client.SketchCollection;
import io.resketch.client.StoredSketch;
import io.resketch.client.TimeRange;
import io.resketch.core.format.SketchImage;
import io.resketch.core.sketch.Encoding;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.spec.SketchSpec;
import io.resketch.example.street.DemoResult.AnswerFigures;
import io.resketch.example.street.DemoResult.ErasureFigures;
import io.resketch.example.street.DemoResult.IntervalFigures;
import io.resketch.example.street.DemoResult.MomentFigures;
import io.resketch.v1.Collection;
import io.resketch.v1.Module;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Stores the frames' computations on a server, asks the questions, and holds every answer against
 * the truth.
 */
final class Demo {
  static final Duration INTERVAL = Duration.ofSeconds(10);
  private static final double[] KEPT = {0.5, 0.25, 0.1};

  /** Told what is going on: a stage begins, a step of it is done. */
  interface Progress {
    void stage(String name, int steps);

    void step();
  }

  /**
   * What is asked about.
   *
   * @param collectionId of the collection that the frames go to; the erased ones get suffixes
   * @param chosen index of the frame for "most like" and "where"
   * @param boxFrames in how many frames, evenly spread, boxes are decoded
   */
  record Questions(String collectionId, SketchSpec spec, int chosen, int boxFrames) {}

  private final ResketchClient client;
  private final Questions questions;
  private final List<Frame> frames;
  private final List<String> classes;
  private final Progress progress;
  private final DemoResult result = new DemoResult();
  private final List<ExactFeatures> exact = new ArrayList<>();
  private final List<ExactFeatures> unordered = new ArrayList<>();
  private List<Counts.Answer> persons = List.of();
  private List<Boxes.Person> chosenBoxes = List.of();

  Demo(
      ResketchClient client,
      Questions questions,
      List<Frame> frames,
      List<String> classes,
      Progress progress) {
    this.client = client;
    this.questions = questions;
    this.frames = frames;
    this.classes = classes;
    this.progress = progress;
    for (Frame frame : frames) {
      exact.add(ExactFeatures.of(frame.computation()));
      unordered.add(ExactFeatures.unordered(frame.computation()));
    }
  }

  /** Persons in every frame, from the full sketches. */
  List<Counts.Answer> persons() {
    return persons;
  }

  /** Boxes of the chosen frame, from its full sketch. */
  List<Boxes.Person> chosenBoxes() {
    return chosenBoxes;
  }

  /** Does it all. */
  DemoResult run() throws InterruptedException {
    long start = System.nanoTime();
    SketchCollection street = store();
    result.putSeconds = seconds(start);
    start = System.nanoTime();
    askAboutFull(street);
    result.erasure = new ArrayList<>();
    for (double kept : KEPT) {
      result.erasure.add(askAboutErased(street, kept));
    }
    result.questionSeconds = seconds(start);
    return result;
  }

  static double seconds(long startNanos) {
    return (System.nanoTime() - startNanos) / 1e9;
  }

  private SketchCollection store() {
    progress.stage("storing", frames.size());
    SketchCollection street = client.createCollection(questions.collectionId(), questions.spec());
    putAll(
        street,
        frames.stream()
            .map(f -> PutItem.of(f.id(), f.time(), Map.of("camera", "street"), f.computation()))
            .toList());
    return street;
  }

  private void putAll(SketchCollection collection, List<PutItem> items) {
    List<PutOutcome> failed = new ArrayList<>();
    PutSummary summary =
        collection.putAll(
            items.iterator(),
            outcome -> {
              progress.step();
              if (!outcome.stored()) {
                failed.add(outcome);
              }
            });
    if (summary.failed() > 0) {
      throw new IllegalStateException(
          summary.failed() + " frames were refused, the first: " + failed.get(0));
    }
  }

  private void askAboutFull(SketchCollection street) throws InterruptedException {
    Collection stored = street.describe();
    result.frames = frames.size();
    result.dimension = questions.spec().dimension();
    result.bytesPerSketch = stored.getSketchBytes() / stored.getSketchCount();
    result.bytesPerSkeleton = stored.getSkeletonBytes() / stored.getSketchCount();
    result.bytesOfActivations = frames.get(0).detected().activationBytes();
    result.compression =
        (double) result.bytesOfActivations / (result.bytesPerSketch + result.bytesPerSkeleton);

    progress.stage("counting", 1);
    Counts counts = Counts.ask(street, frames, known(street));
    persons = new ArrayList<>();
    for (int i = 0; i < frames.size(); i++) {
      persons.add(counts.persons(i));
    }
    result.personCountMae = counts.personError();
    result.countExactFraction = counts.exactFraction();
    result.countIntervalCoverage = counts.coverage();
    result.intervals =
        Counts.intervals(street, frames, known(street), INTERVAL).stream()
            .map(
                i ->
                    new IntervalFigures(
                        Duration.between(Video.START, i.start()).toMillis() / 1000.0,
                        i.frames(),
                        AnswerFigures.of(i.persons())))
            .toList();
    result.classesFound = counts.otherClassesFound();
    result.classesTrue = counts.otherClassesTrue();
    long most = persons.stream().mapToLong(Counts.Answer::truth).max().orElseThrow();
    long fewest = persons.stream().mapToLong(Counts.Answer::truth).min().orElseThrow();
    result.busiest = moment(counts, counts.busiest(), most);
    result.emptiest = moment(counts, counts.emptiest(), fewest);

    progress.stage("searching", 1);
    List<Set<String>> nearest = Similarity.nearest(street, frames);
    result.similarRecallAt10 = Similarity.recall(nearest, frames, exact);
    result.similarRecallAt10Unordered = Similarity.recall(nearest, frames, unordered);
    result.similarToChosen =
        street.search(frames.get(questions.chosen()).id(), Similarity.NEIGHBOURS).stream()
            .map(SearchHit::id)
            .toList();
    result.similarToChosenExact =
        ExactFeatures.nearest(exact, questions.chosen(), Similarity.NEIGHBOURS).stream()
            .map(i -> frames.get(i).id())
            .toList();

    Map<Integer, List<Boxes.Person>> boxes = boxes(street, questions.boxFrames());
    chosenBoxes = boxes.get(questions.chosen());
    List<Double> errors = errors(boxes);
    result.boxFrames = boxes.size();
    result.boxCount = errors.size();
    result.boxErrorPxMedian = quantile(errors, 0.5);
    result.boxErrorPxP90 = quantile(errors, 0.9);

    Map<String, Counts.Answer> totals = Totals.ask(client, street, frames, classes);
    result.rollupRelativeError = Totals.relativeError(totals);
    result.rollupTotals = new TreeMap<>();
    totals.forEach(
        (module, answer) -> {
          if (answer.truth() > 0 || answer.estimate() > 3 * answer.standardError()) {
            result.rollupTotals.put(module, AnswerFigures.of(answer));
          }
        });
  }

  /** The classes that a collection may be asked for: those it has seen, or all if it knows none. */
  private List<String> known(SketchCollection collection) {
    List<String> seen =
        collection.describe().getModulesList().stream().map(Module::getName).toList();
    return classes.stream()
        .filter(name -> seen.isEmpty() || seen.contains(name) || name.equals(Counts.PERSON))
        .toList();
  }

  private MomentFigures moment(Counts counts, int frame, long trueExtreme) {
    return new MomentFigures(
        frames.get(frame).id(), AnswerFigures.of(counts.persons(frame)), trueExtreme);
  }

  private ErasureFigures askAboutErased(SketchCollection street, double kept)
      throws InterruptedException {
    int prefix = (int) (questions.spec().dimension() * kept) / 16 * 16;
    int percent = (int) Math.round(100 * kept);
    progress.stage("erasing all but " + percent + " %", frames.size());
    SketchCollection erased =
        client.createCollection(questions.collectionId() + "-kept-" + percent, questions.spec());
    putAll(erased, truncated(street, prefix));
    Counts counts = Counts.ask(erased, frames, known(erased));
    List<Double> errors = errors(boxes(erased, Math.max(1, questions.boxFrames() / 8)));
    return new ErasureFigures(
        kept,
        prefix,
        SketchImage.bytes(Encoding.F32, prefix),
        counts.personError(),
        counts.exactFraction(),
        counts.coverage(),
        List.copyOf(counts.otherClassesFound().keySet()),
        Similarity.recall(Similarity.nearest(erased, frames), frames, exact),
        quantile(errors, 0.5),
        Totals.relativeError(Totals.ask(client, erased, frames, classes)));
  }

  /** The stored sketches, shortened, as items of their own. */
  private List<PutItem> truncated(SketchCollection street, int prefix) {
    Map<String, Sketch> sketches = new HashMap<>();
    for (StoredSketch stored : street.list(TimeRange.all())) {
      sketches.put(stored.id(), stored.sketch().orElseThrow());
    }
    List<PutItem> items = new ArrayList<>();
    for (Frame frame : frames) {
      items.add(
          PutItem.finished(
              frame.id(),
              frame.time(),
              Map.of("camera", "street"),
              FinishedSketch.of(
                  sketches.get(frame.id()).truncate(prefix), frame.computation().skeleton())));
    }
    return items;
  }

  /** Decodes frames evenly spread over the video, the chosen one among them, on all cores. */
  private Map<Integer, List<Boxes.Person>> boxes(SketchCollection collection, int count)
      throws InterruptedException {
    List<Integer> wanted = new ArrayList<>();
    wanted.add(questions.chosen());
    for (int k = 0; k < Math.min(count, frames.size()); k++) {
      int i = (int) ((long) k * frames.size() / count);
      if (i != questions.chosen()) {
        wanted.add(i);
      }
    }
    progress.stage("decoding boxes", wanted.size());
    ExecutorService pool = Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
    try {
      Map<Integer, Future<List<Boxes.Person>>> running = new TreeMap<>();
      for (int i : wanted) {
        running.put(i, pool.submit(() -> Boxes.decode(collection, frames.get(i))));
      }
      Map<Integer, List<Boxes.Person>> out = new TreeMap<>();
      for (Map.Entry<Integer, Future<List<Boxes.Person>>> entry : running.entrySet()) {
        out.put(entry.getKey(), entry.getValue().get());
        progress.step();
      }
      return out;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException failure
          ? failure
          : new IllegalStateException(e.getCause());
    } finally {
      pool.shutdownNow();
    }
  }

  private static List<Double> errors(Map<Integer, List<Boxes.Person>> boxes) {
    return boxes.values().stream().flatMap(List::stream).map(Boxes.Person::error).sorted().toList();
  }

  private static Double quantile(List<Double> sorted, double q) {
    return sorted.isEmpty() ? null : sorted.get((int) (q * (sorted.size() - 1)));
  }
}
