package io.resketch.client.cli;

import io.resketch.core.decode.Decoder;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;

/** How attributes are recovered where the skeleton is known. */
final class DecoderOptions {
  private enum Name {
    MATCHED,
    JOINT,
    SPARSE,
    BLIND
  }

  @Option(
      names = "--decoder",
      paramLabel = "matched|joint|sparse|blind",
      defaultValue = "joint",
      description = {
        "matched is cheap and noisy; joint is least squares over all objects; sparse finds the"
            + " fewest non-zero attributes, beyond one attribute a float; blind (of decode only)"
            + " needs no skeleton and finds the objects, too."
      })
  private Name name;

  @Option(
      names = "--nonnegative",
      showDefaultValue = Visibility.NEVER,
      description = "With sparse: no attribute is negative, so that more of them are found.")
  private boolean nonNegative;

  /** Whether to decode without skeletons. */
  boolean blind() {
    return name == Name.BLIND;
  }

  /** The decoder, or an error of use. */
  Decoder decoder(ClientCommand command) {
    if (nonNegative && name != Name.SPARSE) {
      throw command.wrongUse("--nonnegative goes with --decoder=sparse only; leave it out");
    }
    return switch (name) {
      case MATCHED -> Decoder.MATCHED;
      case JOINT -> Decoder.JOINT;
      case BLIND ->
          throw command.wrongUse(
              "--decoder=blind is of decode with files only, and takes no --nonnegative");
      case SPARSE -> nonNegative ? Decoder.SPARSE_NONNEGATIVE : Decoder.SPARSE;
    };
  }
}
