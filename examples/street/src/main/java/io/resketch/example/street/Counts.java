package io.resketch.example.street;

import io.resketch.client.SketchCollection;
import io.resketch.client.StatisticsBucket;
import io.resketch.client.TimeRange;
import io.resketch.core.stats.ModuleCount;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * How many objects of every class there were, frame by frame and interval by interval, asked of a
 * collection and held against what the detector saw. From sketches alone.
 */
final class Counts {
  static final String PERSON = "person";

  /**
   * A class is said to have appeared if a frame's count rounds to 1 and is this many errors high.
   */
  private static final double PRESENT_ERRORS = 4;

  private final List<Frame> frames;
  private final List<String> classes;

  /** Counts of one frame, in the order of the classes. */
  private final List<List<ModuleCount>> found;

  private Counts(List<Frame> frames, List<String> classes, List<List<ModuleCount>> found) {
    this.frames = frames;
    this.classes = classes;
    this.found = found;
  }

  /** A number asked for, with its standard error, beside the truth. */
  record Answer(double estimate, double standardError, long truth) {}

  /** An interval of time with the number of persons in it, summed over its frames. */
  record Interval(Instant start, long frames, Answer persons) {}

  /** Asks for every class in every frame: one bucket a frame. */
  static Counts ask(SketchCollection collection, List<Frame> frames, List<String> classes) {
    Map<Instant, List<ModuleCount>> byTime = new TreeMap<>();
    for (StatisticsBucket bucket :
        collection.statistics(range(frames), Video.FRAME_INTERVAL, classes)) {
      byTime.put(bucket.start().orElseThrow(), bucket.counts());
    }
    List<List<ModuleCount>> found = new ArrayList<>();
    for (Frame frame : frames) {
      found.add(byTime.get(frame.time()));
    }
    return new Counts(frames, classes, found);
  }

  private static TimeRange range(List<Frame> frames) {
    Instant end = frames.get(frames.size() - 1).time().plus(Video.FRAME_INTERVAL);
    return TimeRange.between(frames.get(0).time(), end);
  }

  /** Persons per interval: one bucket an interval. */
  static List<Interval> intervals(
      SketchCollection collection, List<Frame> frames, List<String> classes, Duration length) {
    List<Interval> out = new ArrayList<>();
    for (StatisticsBucket bucket : collection.statistics(range(frames), length, classes)) {
      Instant start = bucket.start().orElseThrow();
      Instant end = bucket.end().orElseThrow();
      long truth =
          frames.stream()
              .filter(f -> !f.time().isBefore(start) && f.time().isBefore(end))
              .mapToLong(f -> f.count(PERSON))
              .sum();
      ModuleCount count = bucket.counts().get(classes.indexOf(PERSON));
      out.add(
          new Interval(
              start, bucket.sketches(), new Answer(count.count(), count.standardError(), truth)));
    }
    return out;
  }

  /** Persons in a frame. */
  Answer persons(int frame) {
    ModuleCount count = found.get(frame).get(classes.indexOf(PERSON));
    return new Answer(count.count(), count.standardError(), frames.get(frame).count(PERSON));
  }

  /** Mean absolute error of the number of persons. */
  double personError() {
    double sum = 0;
    for (int i = 0; i < frames.size(); i++) {
      sum += Math.abs(persons(i).estimate() - persons(i).truth());
    }
    return sum / frames.size();
  }

  /** Share of frames whose number of persons, rounded, is exactly right. */
  double exactFraction() {
    int exact = 0;
    for (int i = 0; i < frames.size(); i++) {
      exact += Math.round(persons(i).estimate()) == persons(i).truth() ? 1 : 0;
    }
    return exact / (double) frames.size();
  }

  /** Share of frames whose 95 % interval holds the true number of persons. */
  double coverage() {
    int covered = 0;
    for (int i = 0; i < frames.size(); i++) {
      Answer a = persons(i);
      covered += Math.abs(a.estimate() - a.truth()) <= 1.96 * a.standardError() ? 1 : 0;
    }
    return covered / (double) frames.size();
  }

  /** The frame with the most persons by the sketches. */
  int busiest() {
    int best = 0;
    for (int i = 1; i < frames.size(); i++) {
      best = persons(i).estimate() > persons(best).estimate() ? i : best;
    }
    return best;
  }

  /** The frame with the fewest persons by the sketches. */
  int emptiest() {
    int best = 0;
    for (int i = 1; i < frames.size(); i++) {
      best = persons(i).estimate() < persons(best).estimate() ? i : best;
    }
    return best;
  }

  /** Frames in which each class but person appears by the sketches, for classes that do. */
  Map<String, Long> otherClassesFound() {
    Map<String, Long> out = new TreeMap<>();
    for (List<ModuleCount> frame : found) {
      for (ModuleCount count : frame) {
        if (!count.module().equals(PERSON)
            && Math.round(count.count()) >= 1
            && count.count() >= PRESENT_ERRORS * count.standardError()) {
          out.merge(count.module(), 1L, Long::sum);
        }
      }
    }
    return out;
  }

  /** Frames in which each class but person does appear. */
  Map<String, Long> otherClassesTrue() {
    return frames.stream()
        .flatMap(f -> f.detected().detections().stream().map(Detection::className).distinct())
        .filter(name -> !name.equals(PERSON))
        .collect(Collectors.groupingBy(name -> name, TreeMap::new, Collectors.counting()));
  }
}
