package io.resketch.core.stats;

/** Is told of work before the first answer, which is long where modules are many. */
public interface Preparation {
  /**
   * Runs all steps, in any way, such as with a progress bar.
   *
   * @param steps how many
   */
  void run(int steps, Step step);

  /** One part of the work. */
  interface Step {
    void run(int number);
  }
}
