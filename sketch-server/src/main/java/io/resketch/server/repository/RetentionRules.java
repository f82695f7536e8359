package io.resketch.server.repository;

import com.google.protobuf.Duration;
import com.google.protobuf.util.Durations;
import io.resketch.core.InvalidInputException;
import io.resketch.core.spec.SketchSpec;
import io.resketch.v1.RetentionPolicy;
import io.resketch.v1.RetentionRule;
import java.util.Comparator;
import java.util.List;

/** Rules of retention, checked and by rising age. */
public final class RetentionRules {
  private static final int MAX_RULES = 16;

  private RetentionRules() {}

  /**
   * Checks a policy.
   *
   * @return with its rules by rising age
   * @throws InvalidInputException naming the rule
   */
  static RetentionPolicy checked(RetentionPolicy policy) {
    if (policy.getRulesCount() > MAX_RULES) {
      throw new InvalidInputException(
          "collection.retention.rules",
          policy.getRulesCount() + " rules, at most " + MAX_RULES + " are allowed");
    }
    for (int i = 0; i < policy.getRulesCount(); i++) {
      check("collection.retention.rules[" + i + "]", policy.getRules(i));
    }
    List<RetentionRule> sorted =
        policy.getRulesList().stream()
            .sorted(Comparator.comparing(RetentionRule::getAge, Durations.comparator()))
            .toList();
    for (int i = 1; i < sorted.size(); i++) {
      Duration age = sorted.get(i).getAge();
      if (Durations.compare(sorted.get(i - 1).getAge(), age) == 0) {
        throw new InvalidInputException(
            "collection.retention.rules",
            "two are of the age " + Durations.toString(age) + "; give each age one rule");
      }
    }
    return RetentionPolicy.newBuilder().addAllRules(sorted).build();
  }

  private static void check(String field, RetentionRule rule) {
    if (!Durations.isValid(rule.getAge()) || !Durations.isPositive(rule.getAge())) {
      throw new InvalidInputException(field + ".age", "must be above 0");
    }
    switch (rule.getActionCase()) {
      case KEEP -> {
        if (!(rule.getKeep() > 0 && rule.getKeep() < 1)) {
          throw new InvalidInputException(
              field + ".keep", rule.getKeep() + " must be above 0 and below 1");
        }
      }
      case DELETE -> {
        if (!rule.getDelete()) {
          throw new InvalidInputException(
              field + ".delete", "false must be true; leave the rule out to keep sketches");
        }
      }
      case ACTION_NOT_SET ->
          throw new InvalidInputException(field, "has no action; set keep or delete");
    }
  }

  /** Floats that a rule leaves of a sketch; 0 if it deletes it. */
  public static int floats(RetentionRule rule, SketchSpec spec) {
    if (rule.getDelete()) {
      return 0;
    }
    int blocks = (int) (rule.getKeep() * spec.dimension() / SketchSpec.BLOCK_SIZE);
    return Math.max(1, blocks) * SketchSpec.BLOCK_SIZE;
  }
}
