package io.resketch.client.cli;

import io.resketch.client.ResketchClient;
import io.resketch.v1.Backup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Has a server verify a backup. */
@Command(
    name = "verify",
    description = "Reads every file of a backup and compares its checksum.",
    footer = "  resketch verify --server 127.0.0.1:7420")
final class VerifyCommand extends ClientCommand {
  @Mixin private ServerAddress server;

  @Option(
      names = "--id",
      paramLabel = "N",
      defaultValue = "0",
      description = "Number of the backup; 0: the newest.")
  private int id;

  @Override
  int run() {
    try (ResketchClient client = server.connect(this)) {
      Backup backup = client.verifyBackup(id);
      print(
          json()
              ? BackupsCommand.json(backup).toString()
              : BackupsCommand.line(backup) + ", as written");
      return 0;
    }
  }
}
