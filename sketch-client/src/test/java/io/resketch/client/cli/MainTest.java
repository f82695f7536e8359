package io.resketch.client.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.TypeConversionException;

final class MainTest {

  @Test
  void tool_getsItsArgumentsUntouchedAndGivesTheExitCode() {
    CliRun run = CliRun.of("demo", "--port", "1", "--help", "-v", "@file", "--", "--json=\"x\"");
    assertThat(run.out()).isEqualTo("[--port, 1, --help, -v, @file, --, --json=\"x\"]\n");
    assertThat(run.code()).isEqualTo(7);
    assertThat(CliRun.of("demo").code()).isZero();
  }

  @Test
  void tool_thatIsNotInstalled_isAClearError() {
    CliRun run = CliRun.of("serve", "--port", "1");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("serve is not part of this installation").hasLineCount(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "sketch",
        "decode",
        "put",
        "search",
        "stats",
        "export",
        "import",
        "backup",
        "backups",
        "verify",
        "recover",
        "combine",
        "compare",
        "delete",
        "retention"
      })
  void help_hasExampleAndExitCodes(String command) {
    CliRun run = CliRun.of(command, "--help");
    assertThat(run.code()).isZero();
    assertThat(run.out())
        .contains("Usage: resketch " + command, "--json", "Exit codes:", "Example:")
        .contains("  resketch " + command + " ")
        .doesNotContain("<main class>", "Optional.empty", "Default: []");
  }

  @Test
  void help_listsTheCommands() {
    CliRun run = CliRun.of("--help");
    assertThat(run.code()).isZero();
    assertThat(run.out()).contains("sketch", "decode", "put", "search", "stats", "serve", "demo");
  }

  @Test
  void version_isThatOfTheBuild() {
    CliRun run = CliRun.of("--version");
    assertThat(run.code()).isZero();
    assertThat(run.out()).matches("resketch \\d+\\.\\d+\\.\\d+.*\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "skech",
        "sketch",
        "sketch a.jsonl",
        "sketch a.jsonl -o b.npy --nonsense",
        "sketch a.jsonl -o b.npy --dimension many",
        "sketch a.jsonl -o b.npy --seed -1",
        "decode",
        "decode a.npy",
        "decode a.npy --skeletons b.jsonl --decoder magic",
        "decode --collection rooms",
        "decode a.npy --skeletons b.jsonl --collection rooms --id run-1",
        "search --collection rooms",
        "search --collection rooms --id a --computation b.jsonl",
        "search --collection rooms --id a -k 0",
        "search --collection rooms --id a --prefix 17",
        "search --id a",
        "stats --collection rooms --bucket 60",
        "stats --collection rooms --server 127.0.0.1",
        "stats --collection rooms --server http://127.0.0.1:7420",
        "stats --collection rooms --server 127.0.0.1:99999",
        "decode --collection rooms --id a --server :::",
        "sketch a.jsonl -o b --skeletons ./b",
        "stats --collection rooms --start yesterday",
        "search --collection rooms --id a -k 0x10",
        "search --collection rooms --id a -k 1 -k 2",
        "search --collection rooms --id a -k \u0663",
        "combine a.rskt b.rskt --weights 1,NaN -o c.rskt",
        "combine a.rskt b.rskt --weights 1,Infinity -o c.rskt",
        "combine a.rskt b.rskt --weights 1,1f -o c.rskt",
        "combine a.rskt b.rskt --weights 1,0x1p3 -o c.rskt",
        "combine a.rskt b.rskt --weights 1e999,1 -o c.rskt",
        "sketch a.jsonl -o b.npy --seed +7",
        "sketch a.jsonl -o b.npy --seed 7 --seed 8",
        "truncate a.rskt --keep 150% -o b.rskt",
        "stats a.rskt --modules cat,,dog",
      })
  void wrongUse_isOneLineAndExitCode2(String line) {
    CliRun run = CliRun.of(line.isEmpty() ? new String[0] : line.split(" "));
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("resketch: ").contains("--help'").doesNotContain("\tat ");
  }

  @Test
  void numbers_haveNothingAroundThem() {
    for (String text :
        List.of(" 1", "1 ", "1f", "1d", "NaN", "-Infinity", "0x10", "", "1_0", ".")) {
      assertThatThrownBy(() -> Numbers.decimal(text)).isInstanceOf(TypeConversionException.class);
      assertThatThrownBy(() -> Numbers.whole(text)).isInstanceOf(TypeConversionException.class);
    }
    assertThat(Numbers.decimal("-1.5e-3")).isEqualTo(-0.0015);
    assertThat(Numbers.whole("-12")).isEqualTo(-12);
    assertThatThrownBy(() -> Numbers.integer("4294967297")).hasMessageContaining("out of range");
  }

  @Test
  void arguments_thatAreNotWhatWasWritten_areRefused() {
    assertThat(arguments("UTF-8", "stats", "k\uFFFDpek"))
        .isEqualTo(
            new CliRun(
                2,
                "",
                "resketch: argument 2, 'k\uFFFDpek', is not UTF-8 text; write it in UTF-8\n"));
    assertThat(arguments("ANSI_X3.4-1968", "k\uFFFD\uFFFDpek").err()).contains("LC_ALL=C.UTF-8");
    assertThat(arguments("ISO-8859-9", "kÃ¶pek").err())
        .contains("was read as ISO-8859-9 and not as UTF-8", "LC_ALL=C.UTF-8");
    assertThat(arguments("UTF-8", "--köpek").err()).contains("Unknown option: '--köpek'");
    assertThat(arguments("ANSI_X3.4-1968", "--help").code()).isZero();
  }

  private static CliRun arguments(String encoding, String... args) {
    CommandLine commandLine = Main.commandLine();
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    commandLine.setOut(new PrintWriter(out, true));
    commandLine.setErr(new PrintWriter(err, true));
    return new CliRun(Main.run(commandLine, encoding, args), out.toString(), err.toString());
  }
}
