package io.resketch.core;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.Set;

@AnalyzeClasses(packages = "io.resketch.core", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  /** The Vector API is of the JDK, and only the one class that is loaded where it is there. */
  @ArchTest
  static final ArchRule DEPENDS_ON_THE_JDK_AND_EJML_ONLY =
      classes()
          .that()
          .doNotHaveFullyQualifiedName("io.resketch.core.operator.VectorKernel")
          .and()
          .doNotHaveFullyQualifiedName("io.resketch.core.recovery.VectorProducts")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage("io.resketch.core..", "java..", "org.ejml..");

  private static final Set<String> SOLVING =
      Set.of("setA", "invert", "solve", "solveSPD", "invertSPD", "decompose");

  /**
   * EJML says by a boolean that there is no solution, which is easily forgotten. Those that draw a
   * matrix, find eigenvalues and keep a factor ask it themselves.
   */
  @ArchTest
  static final ArchRule EJML_IS_ASKED_WHETHER_IT_SOLVED =
      noClasses()
          .that()
          .doNotHaveFullyQualifiedName("io.resketch.core.solve.DenseSystems")
          .and()
          .doNotHaveFullyQualifiedName("io.resketch.core.solve.GramFactor")
          .and()
          .doNotHaveFullyQualifiedName("io.resketch.core.solve.SymmetricFactor")
          .and()
          .doNotHaveFullyQualifiedName("io.resketch.core.operator.DenseMatrix")
          .and()
          .doNotHaveFullyQualifiedName("io.resketch.core.recovery.Symmetric")
          .should()
          .callMethodWhere(
              DescribedPredicate.describe(
                  "EJML says whether it solved",
                  (JavaMethodCall call) ->
                      call.getTargetOwner().getPackageName().startsWith("org.ejml")
                          && call.getTarget().getRawReturnType().isEquivalentTo(boolean.class)
                          && SOLVING.contains(call.getName())));

  @ArchTest
  static final ArchRule CONCEPTS_BUILD_ON_EACH_OTHER =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("graph")
          .definedBy("io.resketch.core.graph")
          .layer("spec")
          .definedBy("io.resketch.core.spec")
          .layer("operator")
          .definedBy("io.resketch.core.operator")
          .layer("solve")
          .definedBy("io.resketch.core.solve")
          .layer("sketch")
          .definedBy("io.resketch.core.sketch")
          .layer("answers")
          .definedBy("io.resketch.core.decode", "io.resketch.core.stats")
          .layer("similarity")
          .definedBy("io.resketch.core.similarity")
          .layer("bounds")
          .definedBy("io.resketch.core.bounds")
          .layer("format")
          .definedBy("io.resketch.core.format")
          .whereLayer("operator")
          .mayOnlyBeAccessedByLayers("solve", "sketch", "answers", "similarity", "bounds")
          .whereLayer("solve")
          .mayOnlyBeAccessedByLayers("answers", "similarity")
          .whereLayer("sketch")
          .mayOnlyBeAccessedByLayers("answers", "similarity", "bounds", "format")
          .whereLayer("answers")
          .mayOnlyBeAccessedByLayers("similarity")
          .whereLayer("similarity")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("bounds")
          .mayNotBeAccessedByAnyLayer()
          .whereLayer("format")
          .mayNotBeAccessedByAnyLayer();
}
