package io.resketch.client.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

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
        "sketch", "decode", "put", "search", "stats", "export", "import", "backup", "backups",
        "verify"
      })
  void help_hasExampleAndExitCodes(String command) {
    CliRun run = CliRun.of(command, "--help");
    assertThat(run.code()).isZero();
    assertThat(run.out())
        .contains("Usage: resketch " + command, "--json", "Exit codes:", "Example:")
        .contains("  resketch " + command + " ")
        .doesNotContain("<main class>");
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
      })
  void wrongUse_isOneLineAndExitCode2(String line) {
    CliRun run = CliRun.of(line.isEmpty() ? new String[0] : line.split(" "));
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).startsWith("resketch: ").contains("--help'").doesNotContain("\tat ");
  }
}
