package io.resketch.server;

import io.resketch.server.storage.Backups;
import io.resketch.server.storage.RocksStore;
import io.resketch.server.storage.StorageException;
import io.resketch.v1.Collection;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code resketch restore}. */
@Command(
    name = "resketch restore",
    description = {
      "Makes a data directory from a backup.",
      "",
      "The backup is verified first. A server can be started on the directory afterwards. If it is"
          + " interrupted, it can be run again; no server starts on what is half restored."
    },
    mixinStandardHelpOptions = true,
    sortOptions = false,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {"0:restored", "1:could not, and says why", "2:wrong usage"},
    footer = {
      "",
      "Example:",
      "  resketch restore --backup-dir /backup/resketch --data /var/lib/resketch"
    })
final class RestoreCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--backup-dir",
      paramLabel = "DIR",
      required = true,
      description = "Directory of the backups.")
  private Path backups;

  @Option(
      names = "--id",
      paramLabel = "N",
      defaultValue = "0",
      description = "Number of the backup; default: the newest.")
  private int id;

  @Option(
      names = "--data",
      paramLabel = "DIR",
      required = true,
      description = "Data directory to make; missing or empty.")
  private Path data;

  @Override
  public Integer call() {
    Backups.Backup backup;
    List<Collection> collections;
    try (Backups source = Backups.existing(backups)) {
      backup = source.restore(id, data);
      try (RocksStore store = RocksStore.open(data)) { // it can be opened, and is closed in order
        collections = store.collections();
      }
    } catch (StorageException e) {
      spec.commandLine().getErr().println("resketch restore: " + e.getMessage());
      return CommandLine.ExitCode.SOFTWARE;
    }
    spec.commandLine()
        .getOut()
        .printf(
            Locale.ROOT,
            "restored backup %d of %s to %s: %d collections, %d sketches%n",
            backup.id(),
            Instant.ofEpochSecond(backup.seconds()),
            data.toAbsolutePath().normalize(),
            collections.size(),
            collections.stream().mapToLong(Collection::getSketchCount).sum());
    spec.commandLine().getOut().flush();
    return CommandLine.ExitCode.OK;
  }
}
