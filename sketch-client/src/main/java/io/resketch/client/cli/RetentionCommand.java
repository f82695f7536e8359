package io.resketch.client.cli;

import com.google.protobuf.util.Durations;
import io.resketch.client.ResketchClient;
import io.resketch.client.files.JsonLinesWriter;
import io.resketch.v1.RetentionPolicy;
import io.resketch.v1.RetentionRule;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Visibility;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows or sets how a collection's sketches age. */
@Command(
    name = "retention",
    description = {
      "Says how the sketches of a collection are shortened and deleted as they age, or changes it."
          + " Of the rules whose age a run has reached, that of the greatest age holds. The server"
          + " applies them every ten minutes, and what they took does not come back."
    },
    footer = {
      "  resketch retention --collection rooms",
      "  resketch retention --collection rooms 7d=50%% 30d=10%% 365d=delete"
    })
final class RetentionCommand extends ClientCommand {
  private static final Pattern FORM =
      Pattern.compile("([1-9]\\d{0,5}[hd])=(?:(\\d{1,2}(?:\\.\\d+)?)%|(delete))");

  @Parameters(
      paramLabel = "AGE=KEEP",
      showDefaultValue = Visibility.NEVER,
      arity = "0..*",
      description = "Age such as 12h or 30d, and the share of the sketch to keep, or delete.")
  private List<String> rules = List.of();

  @Mixin private ServerOptions serverOptions;

  @Option(
      names = "--none",
      showDefaultValue = Visibility.NEVER,
      description = "Take all rules off.")
  private boolean none;

  @Override
  int run() {
    if (none && !rules.isEmpty()) {
      throw wrongUse("give rules, or --none to take all off, not both");
    }
    RetentionPolicy.Builder wanted = RetentionPolicy.newBuilder();
    rules.forEach(text -> wanted.addRules(rule(text)));
    try (ResketchClient client = serverOptions.connect(this)) {
      var collection = client.openCollection(serverOptions.collection());
      RetentionPolicy policy =
          none || !rules.isEmpty()
              ? collection.retain(wanted.build())
              : collection.describe().getRetention();
      if (json()) {
        print(JsonLinesWriter.line(policy));
      } else if (policy.getRulesCount() == 0) {
        print("sketches are kept as they are");
      } else {
        policy.getRulesList().forEach(rule -> print(line(rule)));
      }
      return 0;
    }
  }

  private static String line(RetentionRule rule) {
    String length = length(rule.getAge());
    return rule.getDelete()
        ? "after " + length + ": delete"
        : String.format(Locale.ROOT, "after %s: keep %.1f %%", length, 100 * rule.getKeep());
  }

  /** In whole days or hours where it is of them, else to the last digit. */
  private static String length(com.google.protobuf.Duration age) {
    long seconds = age.getSeconds();
    if (age.getNanos() != 0 || seconds % 3600 != 0) {
      return Durations.toString(age);
    }
    return seconds % 86_400 == 0 ? seconds / 86_400 + " days" : seconds / 3600 + " hours";
  }

  /** An age and a share. */
  private RetentionRule rule(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      throw wrongUse("'" + text + "' is not a rule; write 12h=50%, 7d=50% or 365d=delete");
    }
    Duration age = new BucketLength.LengthConverter().convert(matcher.group(1));
    RetentionRule.Builder rule =
        RetentionRule.newBuilder().setAge(Durations.fromSeconds(age.toSeconds()));
    return matcher.group(3) != null
        ? rule.setDelete(true).build()
        : rule.setKeep(Double.parseDouble(matcher.group(2)) / 100).build();
  }
}
