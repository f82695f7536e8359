package io.resketch.client.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.resketch.client.cli.ModuleOptions.Modules;
import io.resketch.client.files.InputFileException;
import io.resketch.client.files.SketchReader;
import io.resketch.core.InvalidInputException;
import io.resketch.core.MismatchException;
import io.resketch.core.decode.Decoder;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.spec.SketchSpec;
import io.resketch.core.stats.Estimate;
import io.resketch.core.stats.GuidedStatistics;
import io.resketch.core.stats.ModuleStatistics;
import io.resketch.core.stats.Preparation;
import io.resketch.core.stats.Presence;
import io.resketch.core.stats.SketchEnergies;
import io.resketch.core.stats.SketchStatistics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Statistics of modules from a file of sketches. */
final class OfflineStats {
  /** Takes up the statistics of a sketch or of a sum of all. */
  interface Sink {
    void accept(long row, long runs, List<ModuleStatistics> modules) throws IOException;
  }

  private final Path sketches;
  private final Optional<Path> skeletons;
  private final SketchSpec spec;
  private final Operators operators;
  private final Modules modules;

  /** Made when the first blind question is asked. */
  private Optional<SketchStatistics> statistics = Optional.empty();

  /**
   * Statistics of one file.
   *
   * @param skeletons one for each row, if there are any
   */
  OfflineStats(Path sketches, Optional<Path> skeletons, SketchSpec spec, Modules modules) {
    this.sketches = sketches;
    this.skeletons = skeletons;
    this.spec = spec;
    this.operators = new Operators(spec);
    this.modules = modules;
  }

  /** Blind statistics of every sketch. */
  void each(Sink sink) throws IOException {
    visit((row, sketch, lines) -> sink.accept(row, sketch.runs(), blind("row " + row, sketch)));
  }

  /** What was handed to a sink. */
  record Row(long row, long runs, List<ModuleStatistics> modules) {}

  /**
   * Blind statistics of the sum of all sketches but some.
   *
   * @param without numbers of rows
   * @return the energies of those summed up
   */
  SketchEnergies total(Set<String> without, Sink sink) throws IOException {
    SketchSum sum = new SketchSum();
    SketchEnergies energies = new SketchEnergies();
    Set<String> missing = new TreeSet<>(without);
    long rows =
        visit(
            (row, sketch, lines) -> {
              String name = Long.toString(row);
              if (!without.contains(name)) {
                sum.add(sketch, 1);
                energies.add(name, sketch);
              }
              missing.remove(name);
            });
    requireRows(rows);
    if (!missing.isEmpty() || rows == without.size()) {
      throw new InputFileException(
          sketches,
          missing.isEmpty()
              ? "has no row but those of --leave-out; leave fewer out"
              : "has no row "
                  + missing.iterator().next()
                  + " to leave out, but 0 to "
                  + (rows - 1));
    }
    Sketch total = sum.total();
    sink.accept(0, total.runs(), blind("the sum", total));
    return energies;
  }

  /** Statistics of the objects of all sketches, decoded with their skeletons. */
  void guided(Decoder decoder, Sink sink) throws IOException {
    RowDecoder rows = new RowDecoder(operators, decoder);
    GuidedStatistics all = new GuidedStatistics(operators);
    long count =
        visit(
            (row, sketch, lines) ->
                all.add(
                    rows.next(lines.orElseThrow().skeleton()).decode(sketch),
                    decoder,
                    sketch.prefixLength(),
                    1));
    requireRows(count);
    sink.accept(0, count, asked(all.statistics()));
  }

  private void requireRows(long rows) {
    if (rows == 0) {
      throw new InputFileException(sketches, "holds no sketch");
    }
  }

  private interface Visitor {
    void visit(long row, Sketch sketch, Optional<SkeletonRows> lines) throws IOException;
  }

  private long visit(Visitor visitor) throws IOException {
    try (SketchReader rows = SketchReader.open(sketches, spec)) {
      if (skeletons.isEmpty()) {
        return SketchFiles.visit(
            rows, "stats", (row, sketch) -> visitor.visit(row, sketch, Optional.empty()));
      }
      try (SkeletonRows lines = SkeletonRows.open(sketches, rows.count(), skeletons.get())) {
        return SketchFiles.visit(
            rows,
            "stats",
            (row, sketch) -> {
              double mass = lines.next().hasMass() ? lines.skeleton().mass() : sketch.mass();
              checked(
                  "row " + row,
                  () -> {
                    visitor.visit(row, withMass(sketch, mass), Optional.of(lines));
                    return true;
                  });
            });
      }
    }
  }

  /** A row of a matrix knows no mass; its skeleton does. */
  private static Sketch withMass(Sketch sketch, double mass) {
    return sketch.mass() == mass || sketch.runs() != 1
        ? sketch
        : Sketch.of(
            sketch.fingerprint(), sketch.dimension(), sketch.toArray(), mass, sketch.runs());
  }

  private List<ModuleStatistics> blind(String name, Sketch sketch) throws IOException {
    SketchStatistics made =
        statistics.orElseGet(
            () ->
                new SketchStatistics(
                    operators, modules.known(), modules.asked(), OfflineStats::prepare));
    statistics = Optional.of(made);
    return checked(name, () -> made.estimate(sketch));
  }

  /** Filters of many modules take long: a bar on a terminal, else a line before a long wait. */
  private static void prepare(int steps, Preparation.Step step) {
    try (Progress progress = Progress.start("stats: filters of modules", () -> steps)) {
      for (int i = 0; i < steps; i++) {
        step.run(i);
        progress.step();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<ModuleStatistics> asked(List<ModuleStatistics> all) {
    Map<String, ModuleStatistics> byName = new HashMap<>();
    all.forEach(m -> byName.put(m.module(), m));
    return modules.asked().stream().map(name -> byName.getOrDefault(name, absent(name))).toList();
  }

  /** Skeletons have no object of it. */
  private static ModuleStatistics absent(String name) {
    return new ModuleStatistics(name, Estimate.of(0, 0), Presence.ABSENT, List.of(), List.of());
  }

  private interface Work<T> {
    T run() throws IOException;
  }

  private <T> T checked(String name, Work<T> work) throws IOException {
    try {
      return work.run();
    } catch (InvalidInputException | MismatchException e) {
      throw new InputFileException(sketches, name + ": " + e.getMessage());
    }
  }

  /** The statistics of one sketch or sum in JSON. */
  static JsonObject json(long runs, List<ModuleStatistics> modules) {
    JsonArray counts = new JsonArray();
    for (ModuleStatistics module : modules) {
      JsonObject out = new JsonObject();
      out.addProperty("module", module.module());
      Estimate count = module.count();
      out.addProperty("determined", count.determined());
      if (count.determined()) {
        out.addProperty("count", count.value());
        out.addProperty("standardError", count.standardError());
      } else {
        out.addProperty("reason", count.reason());
      }
      out.addProperty("presence", module.presence().name());
      out.addProperty("method", module.method().name());
      if (!module.mean().isEmpty()) {
        out.add("mean", vector(module.mean()));
        out.add("secondMoment", vector(module.secondMoment()));
      }
      counts.add(out);
    }
    JsonObject out = new JsonObject();
    out.addProperty("runs", runs);
    out.add("counts", counts);
    return out;
  }

  /**
   * Makes the statistics of sketches whose masses are not known what they are: shares of the root
   * weight. Whether a module occurs at all is told by counts only.
   */
  static void makeShares(JsonObject statistics) {
    JsonArray shares = statistics.remove("counts").getAsJsonArray();
    for (JsonElement element : shares) {
      JsonObject module = element.getAsJsonObject();
      if (module.has("count")) {
        module.add("share", module.remove("count"));
      }
      module.addProperty("presence", Presence.NOT_DETERMINED.name());
    }
    statistics.add("shares", shares);
  }

  /** Vectors are determined as a whole. */
  static JsonObject vector(List<Estimate> values) {
    JsonObject out = new JsonObject();
    Optional<Estimate> open = values.stream().filter(e -> !e.determined()).findFirst();
    out.addProperty("determined", open.isEmpty());
    if (open.isPresent()) {
      out.addProperty("reason", open.get().reason());
      return out;
    }
    JsonArray list = new JsonArray();
    JsonArray errors = new JsonArray();
    List<Estimate> all = new ArrayList<>(values);
    all.forEach(e -> list.add(e.value()));
    all.forEach(e -> errors.add(e.standardError()));
    out.add("values", list);
    out.add("standardErrors", errors);
    return out;
  }
}
