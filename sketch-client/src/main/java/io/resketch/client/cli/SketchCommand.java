package io.resketch.client.cli;

import com.google.gson.JsonObject;
import io.resketch.client.files.InputFileException;
import io.resketch.client.files.JsonLinesReader;
import io.resketch.client.files.JsonLinesWriter;
import io.resketch.client.files.SketchWriter;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.OwnWeights;
import io.resketch.core.graph.Positions;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.sketch.Encoding;
import io.resketch.core.sketch.Sketcher;
import io.resketch.core.spec.Family;
import io.resketch.core.spec.SketchSpec;
import io.resketch.wire.Graphs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** Sketches a file of computations, without a server. */
@Command(
    name = "sketch",
    description = {
      "Sketches computations, without a server.",
      "",
      "GRAPHS.jsonl holds one computation a line, in the JSON form of resketch.v1.Computation."
          + " Row i of the answer, a NumPy matrix of float32 values, is the sketch of the i-th one;"
          + " beside it comes a file .spec.json, which says the spec and the masses to whoever reads"
          + " the matrix. Where the answer's name ends in .rskt it is sketch images, which carry"
          + " spec, mass and checksum themselves."
    },
    footer = {
      "  resketch sketch graphs.jsonl --seed 7 -o sketches.npy --skeletons skeletons.jsonl",
      "  resketch sketch graphs.jsonl --seed 7 -o sketches.rskt --encoding i8"
    })
final class SketchCommand extends ClientCommand {
  @Parameters(paramLabel = "GRAPHS.jsonl", description = "The computations.")
  private Path graphs;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE.npy|FILE.rskt",
      required = true,
      description = "Where the sketches go.")
  private Path output;

  @Option(
      names = "--skeletons",
      paramLabel = "FILE.jsonl",
      description = "Where the skeletons go, one a line; decode needs them.")
  private Optional<Path> skeletons;

  @Option(
      names = "--encoding",
      paramLabel = "f32|bf16|i8",
      defaultValue = "f32",
      converter = SketchFiles.EncodingName.class,
      description = "How images hold values: 4, 2 or 1.125 bytes each.")
  private Encoding encoding;

  @Option(
      names = "--positions",
      paramLabel = "index|bag|ordinal",
      converter = PositionsConverter.class,
      description =
          "Positions of all roots and inputs: the index in the list; 0 for all, for sets; or how many"
              + " of the same module stand before. Default: what the computations state.")
  private Optional<Positions> positions;

  @Option(
      names = "--balanced",
      description =
          "Give every level below an object the same share of it: own weights of 1/(1 + levels"
              + " below), for deep computations. Default: as the computations state them.")
  private boolean balanced;

  @Mixin private SpecOptions specOptions;

  @Override
  int run() throws IOException {
    SketchSpec spec = specOptions.spec(this);
    if (skeletons.isPresent() && skeletons.get().normalize().equals(output.normalize())) {
      throw wrongUse("--output and --skeletons name the same file");
    }
    if (encoding != Encoding.F32 && !SketchWriter.takesImages(output)) {
      throw wrongUse("--encoding is of sketch images; give --output a name that ends in .rskt");
    }
    try (JsonLinesReader<io.resketch.v1.Computation> in = JsonLinesReader.computations(graphs);
        SketchWriter out = SketchWriter.create(output, Optional.of(spec), spec.dimension())) {
      if (skeletons.isEmpty()) {
        return sketch(spec, in, out, Optional.empty());
      }
      try (JsonLinesWriter lines = new JsonLinesWriter(skeletons.get())) {
        return sketch(spec, in, out, Optional.of(lines));
      }
    }
  }

  private int sketch(
      SketchSpec spec,
      JsonLinesReader<io.resketch.v1.Computation> in,
      SketchWriter out,
      Optional<JsonLinesWriter> lines)
      throws IOException {
    Sketcher sketcher = new Sketcher(spec);
    long rows = 0;
    try (Progress progress = Progress.start("sketch", () -> JsonLinesReader.count(graphs))) {
      for (var message = in.next(); message.isPresent(); message = in.next()) {
        io.resketch.v1.Computation run = message.get();
        Computation computation = placed(in.check(() -> Graphs.computation(run)));
        out.write(in.check(() -> sketcher.sketch(computation)).encode(encoding));
        if (lines.isPresent()) {
          lines.get().write(skeletonLine(run, computation.skeleton()));
        }
        rows++;
        progress.step();
      }
    }
    if (rows == 0) {
      throw new InputFileException(graphs, "holds no computation");
    }
    if (lines.isPresent()) {
      lines.get().commit();
    }
    out.commit();
    report(spec, rows);
    return 0;
  }

  private Computation placed(Computation given) {
    Computation out = positions.map(choice -> choice.place(given)).orElse(given);
    return balanced ? OwnWeights.balanced(out) : out;
  }

  /** A choice of positions. */
  static final class PositionsConverter implements ITypeConverter<Positions> {
    @Override
    public Positions convert(String value) {
      return switch (value) {
        case "index" -> Positions.INDEX;
        case "bag" -> Positions.BAG;
        case "ordinal" -> Positions.ORDINAL;
        default ->
            throw new TypeConversionException("'" + value + "' is not index, bag or ordinal");
      };
    }
  }

  private static String skeletonLine(io.resketch.v1.Computation run, Skeleton skeleton) {
    io.resketch.v1.Skeleton.Builder out =
        Graphs.skeleton(skeleton).toBuilder().setId(run.getId()).putAllLabels(run.getLabelsMap());
    if (run.hasTime()) {
      out.setTime(run.getTime());
    }
    return JsonLinesWriter.line(out.build());
  }

  private void report(SketchSpec spec, long rows) {
    if (json()) {
      JsonObject out = new JsonObject();
      out.addProperty("rows", rows);
      out.addProperty("dimension", spec.dimension());
      out.addProperty("family", spec.family().label());
      if (spec.family() instanceof Family.BlockSparse blockSparse) {
        out.addProperty("blocksPerColumn", blockSparse.blocksPerColumn());
      }
      if (spec.transparency() != SketchSpec.DEFAULT_TRANSPARENCY) {
        out.addProperty("transparency", spec.transparency());
      }
      out.addProperty("seed", Long.toUnsignedString(spec.seed()));
      out.addProperty("fingerprint", spec.fingerprint().toString());
      out.addProperty("sketches", output.toString());
      skeletons.ifPresent(file -> out.addProperty("skeletons", file.toString()));
      print(out.toString());
    } else {
      note(rows + " sketches of " + spec.dimension() + " floats in " + output);
    }
  }
}
