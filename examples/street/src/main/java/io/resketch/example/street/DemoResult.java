package io.resketch.example.street;

import com.google.gson.FieldNamingPolicy;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import java.util.List;
import java.util.Map;

/** Every figure of a run; its JSON form is what {@code --json} prints, in snake case. */
@SuppressWarnings("unused") // Gson reads the fields.
final class DemoResult {
  int frames;
  List<String> frameProblems;
  int dimension;
  long bytesPerSketch;
  long bytesPerSkeleton;
  long bytesOfActivations;
  double compression;
  double personCountMae;
  double countExactFraction;
  double countIntervalCoverage;
  List<IntervalFigures> intervals;
  Map<String, Long> classesFound;
  Map<String, Long> classesTrue;
  MomentFigures busiest;
  MomentFigures emptiest;
  double similarRecallAt10;
  double similarRecallAt10Unordered;
  List<String> similarToChosen;
  List<String> similarToChosenExact;
  int boxFrames;
  int boxCount;
  Double boxErrorPxMedian;
  Double boxErrorPxP90;
  List<ErasureFigures> erasure;
  double rollupRelativeError;
  Map<String, AnswerFigures> rollupTotals;
  String picture;
  double detectorSeconds;
  double putSeconds;
  double questionSeconds;
  double seconds;
  double framesPerSecond;

  /** A number with its standard error beside the truth. */
  record AnswerFigures(double estimate, double standardError, long truth) {
    static AnswerFigures of(Counts.Answer answer) {
      return new AnswerFigures(answer.estimate(), answer.standardError(), answer.truth());
    }
  }

  /** Persons in an interval, summed over its frames. */
  record IntervalFigures(double startSeconds, long frames, AnswerFigures persons) {}

  /** A frame with its number of persons, and the true extreme over all frames. */
  record MomentFigures(String frame, AnswerFigures persons, long trueExtreme) {}

  /** The same questions after erasing the end of every sketch. */
  record ErasureFigures(
      double kept,
      int prefixLength,
      long bytesPerSketch,
      double personCountMae,
      double countExactFraction,
      double countIntervalCoverage,
      List<String> classesFound,
      double similarRecallAt10,
      Double boxErrorPxMedian,
      double rollupRelativeError) {}

  /** One JSON object. */
  String toJson() {
    Gson gson =
        new GsonBuilder()
            .setFieldNamingStrategy(DemoResult::snakeCase)
            .setPrettyPrinting()
            .disableHtmlEscaping()
            .create();
    return gson.toJson(this);
  }

  /** Gson's own policy, and an underscore before digits: similar_recall_at_10. */
  private static String snakeCase(java.lang.reflect.Field field) {
    return FieldNamingPolicy.LOWER_CASE_WITH_UNDERSCORES
        .translateName(field)
        .replaceAll("(?<=[a-z])(?=10)", "_");
  }
}
