package io.resketch.client;

import io.resketch.core.stats.Estimate;
import io.resketch.core.stats.ModuleCount;
import io.resketch.v1.AttributeEstimates;
import io.resketch.wire.Sketches;
import java.time.DayOfWeek;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Statistics of modules over one bucket of time, hour of the day, day of the week, or value of a
 * label. Immutable.
 */
public final class StatisticsBucket {
  private final io.resketch.v1.StatisticsBucket message;
  private final List<ModuleCount> counts;

  /** What counts come from; each includes those before it. */
  public enum Source {
    /** Stored sums, and single sketches at the edges. */
    ROLL_UPS,
    /** Single sketches, summed and counted as one. */
    SUMMED_SKETCHES,
    /** Single sketches, of which at least one module was counted one by one. */
    SINGLE_SKETCHES
  }

  /**
   * In how many runs a module occurs.
   *
   * @param module the module's name
   * @param present runs in which it does
   * @param notDetermined runs in which it may
   */
  public record ModulePresence(String module, long present, long notDetermined) {}

  /**
   * The attributes of a module's root objects. Where they are not determined, a single estimate
   * says why.
   *
   * @param module the module's name
   * @param mean of every attribute
   * @param secondMoment mean square of every attribute
   */
  public record ModuleMeans(String module, List<Estimate> mean, List<Estimate> secondMoment) {}

  /**
   * A run that the sum of a bucket consists of for the most part.
   *
   * @param id of the run
   * @param energyShare its part of the energy of the bucket's runs, 0 to 1
   */
  public record DominantRun(String id, double energyShare) {}

  private StatisticsBucket(io.resketch.v1.StatisticsBucket message) {
    this.message = message;
    this.counts = message.getEstimatesList().stream().map(Sketches::estimate).toList();
  }

  static StatisticsBucket of(io.resketch.v1.StatisticsBucket message) {
    return new StatisticsBucket(message);
  }

  /** First moment of a bucket of time, absent where the range is open and no run has a time. */
  public Optional<Instant> start() {
    return message.hasStart() ? Optional.of(Times.instant(message.getStart())) : Optional.empty();
  }

  /** First moment behind the bucket, likewise. */
  public Optional<Instant> end() {
    return message.hasEnd() ? Optional.of(Times.instant(message.getEnd())) : Optional.empty();
  }

  /** 0 to 23, if grouped so. */
  public OptionalInt hourOfDay() {
    return message.hasHourOfDay() ? OptionalInt.of(message.getHourOfDay()) : OptionalInt.empty();
  }

  /** The day, if grouped so. */
  public Optional<DayOfWeek> dayOfWeek() {
    return message.hasDayOfWeek()
        ? Optional.of(DayOfWeek.of(message.getDayOfWeek()))
        : Optional.empty();
  }

  /** Value of the label, if grouped so. */
  public Optional<String> label() {
    return message.hasLabelValue() ? Optional.of(message.getLabelValue()) : Optional.empty();
  }

  /** Sketches in the bucket. */
  public long sketches() {
    return message.getSketches();
  }

  /**
   * Estimated totals, one per module, as measured; {@link ModuleCount#estimate} says whether they
   * are above the noise floor.
   */
  public List<ModuleCount> counts() {
    return counts;
  }

  /** One per module, if asked for. */
  public List<ModulePresence> presence() {
    return message.getPresenceList().stream()
        .map(p -> new ModulePresence(p.getModule(), p.getPresent(), p.getNotDetermined()))
        .toList();
  }

  /** One per module, if asked for. */
  public List<ModuleMeans> means() {
    return message.getMeansList().stream()
        .map(
            m ->
                new ModuleMeans(
                    m.getModule(), estimates(m.getMean()), estimates(m.getSecondMoment())))
        .toList();
  }

  private static List<Estimate> estimates(AttributeEstimates vector) {
    if (!vector.getDetermined()) {
      return List.of(Estimate.notDetermined(vector.getReason()));
    }
    List<Estimate> out = new ArrayList<>();
    for (int i = 0; i < vector.getValuesCount(); i++) {
      out.add(Estimate.of(vector.getValues(i), vector.getStandardErrors(i)));
    }
    return out;
  }

  /**
   * The few runs that hold half of the energy of the bucket's runs and are much stronger than the
   * others: the error of the counts is theirs. Strongest first.
   */
  public List<DominantRun> dominant() {
    return message.getDominantList().stream()
        .map(run -> new DominantRun(StatisticsAnswer.id(run.getName()), run.getEnergyShare()))
        .toList();
  }

  /** Whether no other run may be such a one. */
  public boolean dominanceKnown() {
    return message.getDominanceKnown();
  }

  /** What the counts come from. */
  public Source source() {
    return switch (message.getSource()) {
      case SOURCE_ROLL_UPS -> Source.ROLL_UPS;
      case SOURCE_SINGLE_SKETCHES -> Source.SINGLE_SKETCHES;
      case SOURCE_SUMMED_SKETCHES, SOURCE_UNSPECIFIED, UNRECOGNIZED -> Source.SUMMED_SKETCHES;
    };
  }

  /** Stored sums read. */
  public long cellsRead() {
    return message.getCellsRead();
  }

  /** Single sketches read. */
  public long sketchesRead() {
    return message.getSketchesRead();
  }

  /**
   * Of the single sketches that were counted one by one, those of which the decoded objects were
   * counted; the others were counted by the linear fit.
   */
  public long sketchesDecoded() {
    return message.getSketchesDecoded();
  }
}
