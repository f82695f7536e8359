package io.resketch.server.recovery;

import io.resketch.v1.JobRecord;

/** Told of a job under a lock: must not wait. */
public interface JobWatcher {
  void changed(JobRecord job);

  /** Nothing more will come. */
  void ended(RuntimeException reason);
}
