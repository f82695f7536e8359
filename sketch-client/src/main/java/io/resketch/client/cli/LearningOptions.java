package io.resketch.client.cli;

import io.resketch.core.recovery.RecoveryOptions;
import java.util.Optional;
import java.util.OptionalInt;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;

/** How a network is learned; options of the commands that have one recovered. */
final class LearningOptions {
  @Option(
      names = "--nonnegative",
      showDefaultValue = Visibility.NEVER,
      description = "Hidden attributes are never below 0, as after a rectifier: finds more.")
  private boolean nonnegative;

  @Option(
      names = "--rank",
      showDefaultValue = Visibility.NEVER,
      paramLabel = "N",
      description =
          "Number of the hidden attributes, if you know it; noise may hide it (default: found).")
  private Optional<Integer> rank = Optional.empty();

  @Option(
      names = "--hold-out",
      paramLabel = "SHARE",
      defaultValue = "0.1",
      description = "Of the pairs, that only the validation sees.")
  private double holdOut;

  @Option(
      names = "--seed",
      paramLabel = "SEED",
      defaultValue = "1",
      converter = SpecOptions.Unsigned.class,
      description = "Of the random starts of searches, and of the sample; not of the sketches.")
  private long seed;

  RecoveryOptions options() {
    return new RecoveryOptions(
        nonnegative, holdOut, seed, rank.map(OptionalInt::of).orElseGet(OptionalInt::empty));
  }
}
