package io.resketch.core.solve;

import java.util.Optional;
import java.util.function.Supplier;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.LinearSolverFactory_DDRM;
import org.ejml.interfaces.linsol.LinearSolverDense;

/**
 * Dense linear systems by EJML. EJML says by a boolean that a system is singular, and lets values
 * that are not finite pass; here both are an {@link UnsolvableException}, so that no caller goes on
 * with what is no solution.
 */
public final class DenseSystems {
  private DenseSystems() {}

  /**
   * Returns if a system was solved.
   *
   * @param solved what EJML's solve, setA, invert or decompose returned
   * @param answer what it wrote; empty if that comes later
   * @param system what was to be solved, for the message
   * @throws UnsolvableException if it was not, or a value of the answer is not finite
   */
  public static void requireSolved(boolean solved, Optional<DMatrixRMaj> answer, String system) {
    if (!solved || (answer.isPresent() && !isFinite(answer.get()))) {
      throw new UnsolvableException(system);
    }
  }

  private static boolean isFinite(DMatrixRMaj matrix) {
    int n = matrix.getNumElements();
    for (int i = 0; i < n; i++) {
      if (!Double.isFinite(matrix.data[i])) {
        return false;
      }
    }
    return true;
  }

  /**
   * Replaces a square matrix by its inverse.
   *
   * @throws UnsolvableException if it has none; the matrix may be changed then
   */
  public static void invert(DMatrixRMaj matrix, String system) {
    requireSolved(CommonOps_DDRM.invert(matrix), Optional.of(matrix), system);
  }

  /**
   * Factors a symmetric positive definite matrix, in n³ / 3 multiplications.
   *
   * @param matrix n × n, may be changed
   * @throws UnsolvableException if it is not positive definite
   */
  public static Positive positive(DMatrixRMaj matrix, String system) {
    LinearSolverDense<DMatrixRMaj> solver = LinearSolverFactory_DDRM.chol(matrix.numRows);
    requireSolved(solver.setA(matrix), Optional.empty(), system);
    return new Positive(solver, matrix.numRows, system);
  }

  /** A symmetric positive definite matrix that is factored. Not thread-safe. */
  public static final class Positive {
    private final LinearSolverDense<DMatrixRMaj> solver;
    private final int size;
    private final String system;

    private Positive(LinearSolverDense<DMatrixRMaj> solver, int size, String system) {
      this.solver = solver;
      this.size = size;
      this.system = system;
    }

    /**
     * The solution for a right side.
     *
     * @param right n values, not modified
     * @throws UnsolvableException if it has values that are not finite
     */
    public double[] solve(double[] right) {
      DMatrixRMaj out = new DMatrixRMaj(right.length, 1);
      solver.solve(new DMatrixRMaj(right.length, 1, true, right.clone()), out);
      requireSolved(true, Optional.of(out), system);
      return out.data;
    }

    /** How far from singular, between 0 and 1, as EJML measures it. */
    public double quality() {
      return solver.quality();
    }

    /**
     * The inverse, a new matrix.
     *
     * @throws UnsolvableException if it has values that are not finite
     */
    public DMatrixRMaj inverse() {
      DMatrixRMaj out = new DMatrixRMaj(size, size);
      solver.invert(out);
      requireSolved(true, Optional.of(out), system);
      return out;
    }
  }

  /** The answer of a task, empty where a system of it cannot be solved. */
  public static <T> Optional<T> ifSolvable(Supplier<T> task) {
    try {
      return Optional.of(task.get());
    } catch (UnsolvableException e) {
      return Optional.empty();
    }
  }
}
