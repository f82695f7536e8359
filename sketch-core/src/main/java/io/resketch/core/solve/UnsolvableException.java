package io.resketch.core.solve;

/** A linear system has no answer, or none of finite numbers. The message names the system. */
public final class UnsolvableException extends ArithmeticException {
  private static final long serialVersionUID = 1L;

  UnsolvableException(String system) {
    super(system + " cannot be solved: it is singular, or has values that are not finite");
  }
}
