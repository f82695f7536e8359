package io.resketch.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(
    packages = "io.resketch.server",
    importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  @ArchTest
  static final ArchRule PACKAGES_BUILD_ON_EACH_OTHER =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .layer("storage")
          .definedBy("io.resketch.server.storage")
          .layer("repository")
          .definedBy("io.resketch.server.repository")
          .layer("rollup")
          .definedBy("io.resketch.server.rollup")
          .layer("index")
          .definedBy("io.resketch.server.index")
          .layer("concepts")
          .definedBy("io.resketch.server.concepts")
          .layer("query")
          .definedBy("io.resketch.server.query")
          .layer("exchange")
          .definedBy("io.resketch.server.exchange")
          .layer("recovery")
          .definedBy("io.resketch.server.recovery")
          .layer("grpc")
          .definedBy("io.resketch.server.grpc")
          .layer("admission")
          .definedBy("io.resketch.server.admission")
          .layer("access")
          .definedBy("io.resketch.server.access")
          .layer("server")
          .definedBy("io.resketch.server")
          .whereLayer("repository")
          .mayOnlyBeAccessedByLayers(
              "rollup", "index", "concepts", "query", "exchange", "recovery", "grpc", "server")
          .whereLayer("rollup")
          .mayOnlyBeAccessedByLayers("query", "server")
          .whereLayer("index")
          .mayOnlyBeAccessedByLayers("query", "server")
          .whereLayer("concepts")
          .mayOnlyBeAccessedByLayers("query", "grpc", "server")
          .whereLayer("query")
          .mayOnlyBeAccessedByLayers("exchange", "grpc", "server")
          .whereLayer("exchange")
          .mayOnlyBeAccessedByLayers("grpc", "server")
          .whereLayer("recovery")
          .mayOnlyBeAccessedByLayers("grpc", "server")
          .whereLayer("access")
          .mayOnlyBeAccessedByLayers("server")
          .whereLayer("admission")
          .mayOnlyBeAccessedByLayers("server")
          .whereLayer("grpc")
          .mayOnlyBeAccessedByLayers("server")
          .whereLayer("server")
          .mayNotBeAccessedByAnyLayer();

  @ArchTest
  static final ArchRule STORAGE_KNOWS_THE_WIRE_TYPES_ONLY =
      noClasses()
          .that()
          .resideInAPackage("io.resketch.server.storage")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.resketch.core..", "io.resketch.wire..");

  @ArchTest
  static final ArchRule ROCKSDB_IS_IN_STORAGE_ONLY =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.resketch.server.storage")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.rocksdb..");

  @ArchTest
  static final ArchRule LUCENE_IS_IN_INDEX_ONLY =
      noClasses()
          .that()
          .resideOutsideOfPackage("io.resketch.server.index")
          .should()
          .dependOnClassesThat()
          .resideInAPackage("org.apache.lucene..");

  @ArchTest
  static final ArchRule CALLS_ARE_KNOWN_TO_GRPC_AND_THE_SERVER_ONLY =
      noClasses()
          .that()
          .resideInAnyPackage(
              "io.resketch.server.storage",
              "io.resketch.server.repository",
              "io.resketch.server.rollup",
              "io.resketch.server.index",
              "io.resketch.server.concepts",
              "io.resketch.server.query",
              "io.resketch.server.exchange",
              "io.resketch.server.recovery")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("io.grpc..", "com.google.rpc..");
}
