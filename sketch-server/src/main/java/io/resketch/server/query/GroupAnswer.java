package io.resketch.server.query;

import io.resketch.core.sketch.Sketch;
import io.resketch.core.stats.Estimate;
import io.resketch.core.stats.ModuleCount;
import io.resketch.core.stats.ModuleStatistics;
import io.resketch.core.stats.SketchEnergies.Strong;
import io.resketch.server.repository.Names;
import io.resketch.server.rollup.Energies;
import io.resketch.v1.AggregateStatisticsRequest;
import io.resketch.v1.AttributeEstimates;
import io.resketch.v1.DominantSketch;
import io.resketch.v1.ModuleMeans;
import io.resketch.v1.ModulePresence;
import io.resketch.v1.StatisticsBucket;
import io.resketch.v1.StatisticsBucket.Source;
import io.resketch.wire.Sketches;
import java.util.List;
import java.util.Optional;

/** What is known of a group when all of it has been read; no longer its sums. */
final class GroupAnswer {
  private final String collection;
  private final Group group;
  private final Energies energies;
  private final long sketches;
  private final long cellsRead;
  private final long summed;
  private final SingleCounts singles;
  private final double mass;
  private final List<ModuleCount> counts;
  private final List<ModuleStatistics> statistics;

  GroupAnswer(
      String collection,
      Group group,
      GroupSums read,
      ModuleCounter counter,
      AggregateStatisticsRequest request) {
    this.collection = collection;
    this.group = group;
    this.energies = read.energies();
    this.sketches = read.count();
    this.cellsRead = read.cells();
    this.summed = read.sketches();
    this.singles = read.singles();
    List<Sketch> sums = read.sums();
    this.mass = sums.stream().mapToDouble(Sketch::mass).sum();
    this.counts = counter.counts(sums);
    this.statistics = request.getMeans() ? counter.statistics(sums) : List.of();
  }

  Group group() {
    return group;
  }

  long sketches() {
    return sketches;
  }

  SingleCounts singles() {
    return singles;
  }

  /** Of the counts from sums. */
  double largestError() {
    return counts.stream().mapToDouble(ModuleCount::standardError).max().orElse(0);
  }

  StatisticsBucket message(Grouping grouping, AggregateStatisticsRequest request) {
    StatisticsBucket.Builder out =
        StatisticsBucket.newBuilder()
            .setSketches(sketches)
            .setCellsRead(cellsRead)
            .setSketchesRead(summed + (request.getPresence() ? 0 : singles.sketches()))
            .setSketchesDecoded(singles.decoded())
            .setSource(cellsRead > 0 ? Source.SOURCE_ROLL_UPS : Source.SOURCE_SUMMED_SKETCHES);
    grouping.describe(group, out);
    double limit = request.getMaxStandardError();
    for (int m = 0; m < counts.size(); m++) {
      ModuleCount count = counts.get(m);
      if (limit > 0 && count.standardError() > limit && singles.sketches() > 0) {
        ModuleCount better = singles.better(m, count);
        if (!better.equals(count)) {
          out.setSource(Source.SOURCE_SINGLE_SKETCHES);
        }
        count = better;
      }
      out.addEstimates(Sketches.estimate(count.among(mass)));
      if (request.getPresence()) {
        out.addPresence(
            ModulePresence.newBuilder()
                .setModule(count.module())
                .setPresent(singles.present(m))
                .setNotDetermined(singles.notDetermined(m)));
      }
    }
    statistics.forEach(module -> out.addMeans(means(module)));
    addDominant(out);
    return out.build();
  }

  private void addDominant(StatisticsBucket.Builder out) {
    out.setDominanceKnown(energies.known());
    for (Strong sketch : energies.dominant()) {
      out.addDominant(
          DominantSketch.newBuilder()
              .setName(Names.sketch(collection, sketch.name()))
              .setEnergyShare(sketch.energy() / energies.total()));
    }
  }

  /**
   * A bucket without a sketch.
   *
   * @param modules that are counted
   */
  static StatisticsBucket.Builder empty(AggregateStatisticsRequest request, List<String> modules) {
    StatisticsBucket.Builder out =
        StatisticsBucket.newBuilder()
            .setSource(Source.SOURCE_SUMMED_SKETCHES)
            .setDominanceKnown(true);
    for (String name : modules) {
      out.addEstimates(Sketches.estimate(new ModuleCount(name, 0, 0, true, "")));
      if (request.getPresence()) {
        out.addPresence(ModulePresence.newBuilder().setModule(name));
      }
      if (request.getMeans()) {
        AttributeEstimates none = AttributeEstimates.newBuilder().setReason("no sketch").build();
        out.addMeans(ModuleMeans.newBuilder().setModule(name).setMean(none).setSecondMoment(none));
      }
    }
    return out;
  }

  private static ModuleMeans means(ModuleStatistics module) {
    return ModuleMeans.newBuilder()
        .setModule(module.module())
        .setMean(vector(module.mean()))
        .setSecondMoment(vector(module.secondMoment()))
        .build();
  }

  private static AttributeEstimates vector(List<Estimate> values) {
    AttributeEstimates.Builder out = AttributeEstimates.newBuilder();
    if (values.isEmpty()) {
      return out.setReason("the module has no known attributes").build();
    }
    Optional<Estimate> undetermined = values.stream().filter(e -> !e.determined()).findFirst();
    if (undetermined.isPresent()) {
      return out.setReason(undetermined.get().reason()).build();
    }
    for (Estimate value : values) {
      out.addValues(value.value()).addStandardErrors(value.standardError());
    }
    return out.setDetermined(true).build();
  }
}
