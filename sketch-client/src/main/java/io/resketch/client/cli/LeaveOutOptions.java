package io.resketch.client.cli;

import java.util.List;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Option;

/** What is not counted. */
final class LeaveOutOptions {
  @Option(
      names = "--leave-out",
      paramLabel = "ID",
      split = ",",
      showDefaultValue = Visibility.NEVER,
      description = {
        "Do not count these runs of a collection, or with --total these rows of a file; the answer"
            + " says which were left out."
      })
  private List<String> names = List.of();

  @Option(
      names = "--leave-out-dominant",
      showDefaultValue = Visibility.NEVER,
      description = {
        "Do not count runs that a sum consists of for the most part, such as one whose attributes"
            + " were not scaled; the answer says which were left out."
      })
  private boolean dominant;

  boolean given() {
    return dominant || !names.isEmpty();
  }

  List<String> names() {
    return names;
  }

  boolean dominant() {
    return dominant;
  }
}
