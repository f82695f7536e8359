package io.resketch.example;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.AccessTarget.CodeUnitCallTarget;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * Nothing that the product answers or stores depends on the environment: the methods of the JDK
 * that take locale, character encoding or time zone from it are not called, in any module.
 */
final class EnvironmentTest {

  /** Methods that have a form with the locale, encoding or zone as an argument. */
  private static final Set<String> FORBIDDEN =
      Set.of(
          "java.lang.String.format(java.lang.String, [Ljava.lang.Object;)",
          "java.lang.String.formatted([Ljava.lang.Object;)",
          "java.lang.String.toLowerCase()",
          "java.lang.String.toUpperCase()",
          "java.lang.String.getBytes()",
          "java.lang.String.<init>([B)",
          "java.lang.String.<init>([B, int, int)",
          "java.io.PrintStream.printf(java.lang.String, [Ljava.lang.Object;)",
          "java.io.PrintStream.format(java.lang.String, [Ljava.lang.Object;)",
          "java.io.PrintWriter.printf(java.lang.String, [Ljava.lang.Object;)",
          "java.io.PrintWriter.format(java.lang.String, [Ljava.lang.Object;)",
          "java.io.InputStreamReader.<init>(java.io.InputStream)",
          "java.io.OutputStreamWriter.<init>(java.io.OutputStream)",
          "java.io.PrintWriter.<init>(java.io.OutputStream)",
          "java.io.PrintWriter.<init>(java.io.OutputStream, boolean)",
          "java.io.PrintStream.<init>(java.io.OutputStream)",
          "java.io.PrintStream.<init>(java.io.OutputStream, boolean)",
          "java.io.ByteArrayOutputStream.toString()",
          "java.io.FileReader.<init>(java.io.File)",
          "java.io.FileReader.<init>(java.lang.String)",
          "java.io.FileWriter.<init>(java.io.File)",
          "java.io.FileWriter.<init>(java.lang.String)",
          "java.util.Scanner.<init>(java.io.InputStream)",
          "java.util.Scanner.<init>(java.nio.file.Path)",
          "java.util.Formatter.<init>()",
          "java.util.Locale.getDefault()",
          "java.nio.charset.Charset.defaultCharset()",
          "java.time.ZoneId.systemDefault()",
          "java.time.Clock.systemDefaultZone()",
          "java.time.LocalDate.now()",
          "java.time.LocalDateTime.now()",
          "java.time.LocalTime.now()",
          "java.time.ZonedDateTime.now()",
          "java.time.OffsetDateTime.now()",
          "java.time.format.DateTimeFormatter.ofPattern(java.lang.String)",
          "java.util.TimeZone.getDefault()",
          "java.util.Calendar.getInstance()",
          "java.text.NumberFormat.getInstance()",
          "java.text.NumberFormat.getNumberInstance()",
          "java.text.NumberFormat.getIntegerInstance()",
          "java.text.DecimalFormat.<init>(java.lang.String)",
          "java.text.SimpleDateFormat.<init>(java.lang.String)",
          "java.text.MessageFormat.format(java.lang.String, [Ljava.lang.Object;)",
          "java.text.Collator.getInstance()");

  private static ArchRule rule() {
    return noClasses()
        .should()
        .callCodeUnitWhere(
            describe(
                "it takes locale, encoding or time zone from the environment",
                (JavaCall<?> call) -> FORBIDDEN.contains(signature(call.getTarget()))))
        .because("answers must be the same on every machine; name Locale.ROOT, UTF_8 or UTC");
  }

  private static String signature(CodeUnitCallTarget target) {
    List<String> parameters =
        target.getRawParameterTypes().stream().map(JavaClass::getName).toList();
    return target.getOwner().getName()
        + "."
        + target.getName()
        + "("
        + String.join(", ", parameters)
        + ")";
  }

  @Test
  void noClass_dependsOnLocaleEncodingOrZone() {
    JavaClasses product =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("io.resketch");
    assertThat(product.contain("io.resketch.client.cli.Main")).isTrue();
    assertThat(product.contain("io.resketch.server.ResketchServer")).isTrue();
    assertThat(product.contain("io.resketch.core.sketch.Sketch")).isTrue();
    assertThat(product.contain("io.resketch.recovery.WorkerCommand")).isTrue();
    rule().check(product);
  }

  /** What the rule is there to find. */
  @SuppressWarnings("all")
  private static final class Offender {
    static String inTurkish(double value) {
      return String.format("%.2f", value).toUpperCase();
    }
  }

  @Test
  void theRule_findsSuchCalls() {
    JavaClasses offender = new ClassFileImporter().importClasses(Offender.class);
    assertThat(rule().evaluate(offender).getFailureReport().getDetails()).hasSize(2);
    assertThat(Offender.inTurkish(1)).isEqualTo(String.format(Locale.ROOT, "%.2f", 1.0));
  }
}
