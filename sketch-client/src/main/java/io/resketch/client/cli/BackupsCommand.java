package io.resketch.client.cli;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import io.resketch.client.ResketchClient;
import io.resketch.v1.Backup;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Lists and deletes backups of a server. */
@Command(
    name = "backups",
    description = "Lists the backups of a server, oldest first, or deletes one.",
    footer = {
      "  resketch backups --server 127.0.0.1:7420",
      "  resketch backups --server 127.0.0.1:7420 --delete 3"
    })
final class BackupsCommand extends ClientCommand {
  @Mixin private ServerAddress server;

  @Option(names = "--delete", paramLabel = "ID", description = "Delete this backup.")
  private Optional<Integer> delete;

  @Override
  int run() {
    try (ResketchClient client = server.connect(this)) {
      delete.ifPresent(client::deleteBackup);
      List<Backup> backups = client.backups();
      if (json()) {
        JsonArray list = new JsonArray();
        backups.forEach(backup -> list.add(json(backup)));
        JsonObject out = new JsonObject();
        out.add("backups", list);
        print(out.toString());
      } else {
        backups.forEach(backup -> print(line(backup)));
      }
      return 0;
    }
  }

  private static String time(Backup backup) {
    return Instant.ofEpochSecond(backup.getCreateTime().getSeconds()).toString();
  }

  static String line(Backup backup) {
    return String.format(
        Locale.ROOT,
        "%d  %s  %,d bytes in %d files",
        backup.getId(),
        time(backup),
        backup.getTotalBytes(),
        backup.getFileCount());
  }

  static JsonObject json(Backup backup) {
    JsonObject out = new JsonObject();
    out.addProperty("id", backup.getId());
    out.addProperty("time", time(backup));
    out.addProperty("totalBytes", backup.getTotalBytes());
    out.addProperty("files", backup.getFileCount());
    return out;
  }
}
