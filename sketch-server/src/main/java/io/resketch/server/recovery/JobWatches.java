package io.resketch.server.recovery;

import io.resketch.server.repository.RepositoryException;
import io.resketch.server.repository.RepositoryException.Reason;
import io.resketch.v1.JobRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Who watches which job. Guarded by the jobs. */
final class JobWatches {
  private final Map<String, List<JobWatcher>> watchers = new HashMap<>();
  private boolean stopped;

  /** Adds a watcher, which is told at once how the job is. */
  void add(String id, JobRecord job, JobWatcher watcher) {
    if (stopped) {
      throw stopping();
    }
    watchers.computeIfAbsent(id, unused -> new ArrayList<>()).add(watcher);
    watcher.changed(job);
  }

  void remove(String id, JobWatcher watcher) {
    List<JobWatcher> of = of(id);
    of.remove(watcher);
    if (of.isEmpty()) {
      watchers.remove(id);
    }
  }

  private List<JobWatcher> of(String id) {
    return watchers.getOrDefault(id, new ArrayList<>());
  }

  void changed(String id, JobRecord job) {
    List.copyOf(of(id)).forEach(watcher -> watcher.changed(job));
  }

  void deleted(String id) {
    RepositoryException reason =
        new RepositoryException(
            Reason.OPERATION_NOT_FOUND, RecoveryNames.operation(id) + " was deleted meanwhile");
    List.copyOf(of(id)).forEach(watcher -> watcher.ended(reason));
  }

  /** Ends all; no more are taken. */
  void stop() {
    stopped = true;
    for (String id : List.copyOf(watchers.keySet())) {
      List.copyOf(of(id)).forEach(watcher -> watcher.ended(stopping()));
    }
  }

  private static RepositoryException stopping() {
    return new RepositoryException(Reason.SERVER_STOPPING, "the server is stopping");
  }
}
