package io.resketch.server.repository;

import io.resketch.core.operator.Operators;
import io.resketch.core.stats.ModuleProfile;
import io.resketch.v1.Collection;
import io.resketch.v1.SkeletonPolicy;
import java.util.Map;
import java.util.TreeMap;

/**
 * A collection as the server holds it in memory: what is stored of it, its operators, its modules.
 * Changed under its own lock, after the change is on disk.
 */
public final class SketchCollection {
  private final String id;
  private final Operators operators;
  private Collection stored;
  private Map<String, ModuleProfile> modules;

  SketchCollection(
      String id, Operators operators, Collection stored, Map<String, ModuleProfile> modules) {
    this.id = id;
    this.operators = operators;
    this.stored = stored;
    this.modules = new TreeMap<>(modules);
  }

  public String id() {
    return id;
  }

  public Operators operators() {
    return operators;
  }

  /** What is stored, without modules. */
  synchronized Collection stored() {
    return stored;
  }

  /** Whether skeletons are kept. */
  boolean keepsSkeletons() {
    return stored().getSkeletonPolicy() != SkeletonPolicy.SKELETON_POLICY_NONE;
  }

  /** A snapshot of the modules, by name. */
  public synchronized Map<String, ModuleProfile> modules() {
    return modules;
  }

  synchronized void update(Collection newStored, Map<String, ModuleProfile> newModules) {
    this.stored = newStored;
    this.modules = newModules;
  }
}
