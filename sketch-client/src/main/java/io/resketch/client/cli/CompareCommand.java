package io.resketch.client.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.resketch.client.cli.ModuleOptions.Modules;
import io.resketch.client.files.InputFileException;
import io.resketch.client.files.SketchReader;
import io.resketch.core.InvalidInputException;
import io.resketch.core.MismatchException;
import io.resketch.core.operator.Operators;
import io.resketch.core.sketch.Sketch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Compares sketches row by row. */
@Command(
    name = "compare",
    description = {
      "Cosine similarity of sketches: row i of A with row i of B; where one file holds one sketch, it"
          + " with every row of the other.",
      "",
      "With --explain, also what carries the similarity: with the skeletons of both files, the objects"
          + " and pairs of objects, decoded; without, the modules of the roots, from the sketches"
          + " alone, with the half width of the 95 %% interval. Contributions add up to the cosine"
          + " with a rest."
    },
    footer = {
      "  resketch compare monday.rskt tuesday.rskt",
      "  resketch compare one.npy all.npy --json",
      "  resketch compare a.rskt b.rskt --explain --profiles skeletons.jsonl",
      "  resketch compare a.rskt b.rskt --explain --skeletons a.jsonl,b.jsonl"
    })
final class CompareCommand extends ClientCommand {
  @Parameters(index = "0", paramLabel = "A", description = "Sketches.")
  private Path a;

  @Parameters(index = "1", paramLabel = "B", description = "Sketches to compare them with.")
  private Path b;

  @Option(
      names = "--prefix-length",
      paramLabel = "FLOATS",
      description = "Compare this many floats from the start. Default: all that both hold.")
  private Optional<Integer> prefixLength;

  @Option(
      names = "--explain",
      showDefaultValue = Visibility.NEVER,
      description = "Say which modules or objects carry the similarity.")
  private boolean explain;

  @Option(
      names = "--skeletons",
      paramLabel = "A.jsonl,B.jsonl",
      split = ",",
      showDefaultValue = Visibility.NEVER,
      description = "With --explain: the skeletons of A's rows and those of B's.")
  private List<Path> skeletons = List.of();

  @Mixin private ModuleOptions moduleOptions;

  @Mixin private ReadSpecOptions specOptions;

  private final JsonArray list = new JsonArray();

  @Override
  int run() throws IOException {
    if (!explain && (!skeletons.isEmpty() || moduleOptions.given())) {
      throw wrongUse("--skeletons, --modules and --profiles go with --explain");
    }
    if (!skeletons.isEmpty() && skeletons.size() != 2) {
      throw wrongUse("--skeletons takes two files, A's and B's, with a comma between");
    }
    if (!skeletons.isEmpty() && moduleOptions.given()) {
      throw wrongUse("with --skeletons, --modules and --profiles are not needed; leave them out");
    }
    try (SketchReader left = specOptions.open(this, a);
        SketchReader right = specOptions.open(this, b)) {
      long leftCount = left.count();
      long rightCount = right.count();
      if (leftCount == 0 || rightCount == 0) {
        throw new InputFileException(leftCount == 0 ? a : b, "holds no sketch");
      }
      if (leftCount != rightCount && leftCount != 1 && rightCount != 1) {
        throw new InputFileException(
            a,
            "holds "
                + leftCount
                + " sketches and "
                + b
                + " "
                + rightCount
                + "; row i goes with row i, so the numbers must be equal, or one of them 1");
      }
      try (RowExplainer explainer = explainer(leftCount, rightCount)) {
        Sketch x = left.next().orElseThrow();
        Sketch y = right.next().orElseThrow();
        explainer.readLeft();
        explainer.readRight();
        for (long row = 0; row < Math.max(leftCount, rightCount); row++) {
          if (row > 0 && leftCount > 1) {
            x = left.next().orElseThrow();
            explainer.readLeft();
          }
          if (row > 0 && rightCount > 1) {
            y = right.next().orElseThrow();
            explainer.readRight();
          }
          answer(row, x, y, explainer);
        }
      }
    }
    if (json()) {
      JsonObject out = new JsonObject();
      out.add("rows", list);
      print(out.toString());
    }
    return 0;
  }

  private RowExplainer explainer(long leftCount, long rightCount) throws IOException {
    if (!explain) {
      return RowExplainer.NONE;
    }
    Operators operators = new Operators(specOptions.spec(this, a));
    Modules modules = moduleOptions.modules(this, skeletons);
    SpecEvidence.require(this, specOptions, a, modules.known());
    SpecEvidence.require(this, specOptions, b, modules.known());
    if (skeletons.isEmpty()) {
      return new ModuleExplainer(operators, modules);
    }
    return new ObjectExplainer(
        operators,
        SkeletonRows.open(a, leftCount, skeletons.get(0)),
        SkeletonRows.open(b, rightCount, skeletons.get(1)));
  }

  private void answer(long row, Sketch x, Sketch y, RowExplainer explainer) {
    double cosine;
    RowExplainer.Answer answer;
    try {
      int floats = prefixLength.orElse(Math.min(x.prefixLength(), y.prefixLength()));
      cosine = x.cosine(y, floats);
      answer = explainer.explain(x.truncate(floats), y.truncate(floats));
    } catch (InvalidInputException | MismatchException e) {
      throw new InputFileException(b, "row " + row + ": " + e.getMessage());
    }
    if (json()) {
      JsonObject out = new JsonObject();
      out.addProperty("row", row);
      out.addProperty("cosine", cosine);
      if (explain) {
        out.add("explanation", answer.json());
      }
      list.add(out);
    } else {
      print(String.format(Locale.ROOT, "%d  %.6f", row, cosine));
      answer.lines().forEach(line -> print("   " + line));
    }
  }
}
