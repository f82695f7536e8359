package io.resketch.server.recovery;

import io.resketch.core.InvalidInputException;
import io.resketch.server.repository.Names;
import java.util.regex.Pattern;

/**
 * Resource names of recovery: {@code corpora/{id}}, {@code operations/{id}}, {@code networks/{id}}.
 */
public final class RecoveryNames {
  private static final Pattern JOB_ID = Pattern.compile("[a-z0-9-]{1,63}");
  private static final Pattern WORKER = Pattern.compile("[A-Za-z0-9._~-]{1,200}");
  private static final String CORPORA = "corpora/";
  private static final String OPERATIONS = "operations/";
  private static final String NETWORKS = "networks/";

  private RecoveryNames() {}

  /** The name of a corpus. */
  public static String corpus(String id) {
    return CORPORA + id;
  }

  /** The name of a job's operation. */
  public static String operation(String id) {
    return OPERATIONS + id;
  }

  /** The name of a recovered network. */
  public static String network(String id) {
    return NETWORKS + id;
  }

  /** The id in a corpus's name. */
  public static String parseCorpus(String field, String name) {
    return Names.checkCollectionId(field, id(field, name, CORPORA, "corpora/{corpus}"));
  }

  /** The id in an operation's name. */
  public static String parseOperation(String field, String name) {
    return jobId(field, name, OPERATIONS, "operations/{operation}");
  }

  /** The id in a network's name. */
  public static String parseNetwork(String field, String name) {
    return jobId(field, name, NETWORKS, "networks/{network}");
  }

  static void checkWorker(String worker) {
    if (!WORKER.matcher(worker).matches()) {
      throw new InvalidInputException(
          "worker", "\"" + worker + "\" must be 1 to 200 characters of [A-Za-z0-9._~-]");
    }
  }

  private static String jobId(String field, String name, String prefix, String form) {
    String id = id(field, name, prefix, form);
    if (!JOB_ID.matcher(id).matches()) {
      throw new InvalidInputException(field, "\"" + name + "\" is not of the form " + form);
    }
    return id;
  }

  private static String id(String field, String name, String prefix, String form) {
    if (!name.startsWith(prefix)) {
      throw new InvalidInputException(field, "\"" + name + "\" is not of the form " + form);
    }
    return name.substring(prefix.length());
  }
}
