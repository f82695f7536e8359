package io.resketch.client.cli;

import com.google.gson.JsonObject;
import io.resketch.client.ResketchClient;
import io.resketch.v1.CreateBackupResponse;
import java.util.Locale;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Has a server back up what it keeps. */
@Command(
    name = "backup",
    description = {
      "Makes a backup of all that a server keeps, while it goes on.",
      "",
      "It lies on the server's machine, in the directory given by resketch serve --backup-dir, and"
          + " costs about what was written since the backup before. resketch restore makes a data"
          + " directory of it."
    },
    footer = "  resketch backup --server 127.0.0.1:7420 --keep 7")
final class BackupCommand extends ClientCommand {
  @Mixin private ServerAddress server;

  @Option(
      names = "--keep",
      paramLabel = "N",
      defaultValue = "0",
      description = "Verify the new backup, then delete all but the newest N; 0: delete none.")
  private int keep;

  @Override
  int run() {
    try (ResketchClient client = server.connect(this)) {
      CreateBackupResponse created = client.createBackup(keep);
      if (json()) {
        JsonObject out = BackupsCommand.json(created.getBackup());
        out.addProperty("writtenBytes", created.getWrittenBytes());
        print(out.toString());
      } else {
        print(
            BackupsCommand.line(created.getBackup())
                + String.format(Locale.ROOT, ", %,d written", created.getWrittenBytes()));
      }
      return 0;
    }
  }
}
