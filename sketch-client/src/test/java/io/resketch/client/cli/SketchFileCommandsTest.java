package io.resketch.client.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.resketch.client.files.SketchReader;
import io.resketch.core.format.SketchImage;
import io.resketch.core.sketch.Encoding;
import io.resketch.core.sketch.Sketch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Commands that take and make files of sketches. */
final class SketchFileCommandsTest {
  @TempDir private Path folder;

  private String path(String name) {
    return folder.resolve(name).toString();
  }

  @BeforeEach
  void threeRuns() throws IOException {
    List<String> lines = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      lines.add(
          ("{'id':'r%d','objects':[{'id':'a','module':'cat','attributes':{'dense':{'values':[0.6,0.8]}}},"
                  + "{'id':'b','module':'dog','attributes':{'dense':{'values':[%d,0.5]}}}],"
                  + "'roots':[{'object':'a','weight':0.5},{'object':'b','weight':0.5}]}")
              .formatted(i, i)
              .replace('\'', '"'));
    }
    Files.write(folder.resolve("graphs.jsonl"), lines);
    sketch("all.npy");
    sketch("all.rskt");
  }

  private CliRun sketch(String output, String... more) {
    List<String> args =
        new ArrayList<>(
            List.of(
                "sketch",
                path("graphs.jsonl"),
                "--dimension",
                "512",
                "-o",
                path(output),
                "--skeletons",
                path("skeletons.jsonl")));
    args.addAll(Arrays.asList(more));
    return CliRun.of(args.toArray(String[]::new));
  }

  private List<Sketch> images(String name) throws IOException {
    List<Sketch> out = new ArrayList<>();
    try (SketchReader in = SketchReader.openImages(folder.resolve(name))) {
      for (Optional<Sketch> next = in.next(); next.isPresent(); next = in.next()) {
        out.add(next.get());
      }
      assertThat(in.count()).isEqualTo(out.size());
    }
    return out;
  }

  private static JsonObject json(CliRun run) {
    assertThat(run.err()).isEmpty();
    assertThat(run.code()).isZero();
    return JsonParser.parseString(run.out()).getAsJsonObject();
  }

  @Test
  void images_carryMassSpecAndValues() throws IOException {
    List<Sketch> sketches = images("all.rskt");
    assertThat(sketches).hasSize(3);
    assertThat(sketches.get(0).mass()).isEqualTo(2);
    CliRun same = CliRun.of("compare", path("all.rskt"), path("all.npy"), "--dimension", "512");
    assertThat(same.out().lines()).containsExactly("0  1.000000", "1  1.000000", "2  1.000000");
  }

  @Test
  void encodings_makeSmallerImages_thatDecodeToTheSame() throws IOException {
    assertThat(sketch("i8.rskt", "--encoding", "i8").code()).isZero();
    assertThat(images("i8.rskt")).isNotEmpty().allMatch(s -> s.encoding() == Encoding.I8_BLOCK);
    assertThat(Files.size(folder.resolve("i8.rskt")))
        .isLessThan(Files.size(folder.resolve("all.rskt")) * 2 / 5);
    CliRun decoded =
        CliRun.of(
            "decode",
            path("i8.rskt"),
            "--skeletons",
            path("skeletons.jsonl"),
            "--dimension",
            "512");
    JsonArray cat = attributesOfTheCat(decoded);
    assertThat(cat.get(0).getAsDouble()).isCloseTo(0.6, within(0.02));
    assertThat(sketch("all.npy", "--encoding", "i8").code()).isEqualTo(2);
  }

  private static JsonArray attributesOfTheCat(CliRun decoded) {
    return JsonParser.parseString(decoded.out().lines().findFirst().orElseThrow())
        .getAsJsonObject()
        .getAsJsonArray("objects")
        .get(0)
        .getAsJsonObject()
        .getAsJsonObject("attributes")
        .getAsJsonObject("dense")
        .getAsJsonArray("values");
  }

  @Test
  void decode_ofImages_needsNoOptions_andRefusesContradictingOnes() {
    String[] decode = {"decode", path("all.rskt"), "--skeletons", path("skeletons.jsonl")};
    assertThat(CliRun.of(decode).code()).isZero();
    CliRun run = CliRun.of(with(decode, "--dimension", "1024"));
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("--dimension=1024 contradicts").contains("which says 512");
  }

  @Test
  void truncate_keepsAShareOrANumber_ofMatricesAndImages() throws IOException {
    JsonObject half =
        json(
            CliRun.of(
                "truncate", path("all.rskt"), "--keep", "50%", "-o", path("h.rskt"), "--json"));
    assertThat(half.get("prefixLength").getAsInt()).isEqualTo(256);
    assertThat(images("h.rskt")).isNotEmpty().allMatch(s -> s.prefixLength() == 256);
    CliRun matrix =
        CliRun.of(
            "truncate", path("all.npy"), "--dimension", "512", "--keep", "64", "-o", path("s.npy"));
    assertThat(matrix.code()).isZero();
    CliRun compared =
        CliRun.of(
            "compare",
            path("s.npy"),
            path("all.npy"),
            "--dimension",
            "512",
            "--prefix-length",
            "64");
    assertThat(compared.out().lines()).hasSize(3).allMatch(line -> line.endsWith("1.000000"));
  }

  @Test
  void truncate_toABadLength_saysWhichAreGood() {
    CliRun run = CliRun.of("truncate", path("all.rskt"), "--keep", "100", "-o", path("x.rskt"));
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("row 0: --keep: prefixLength: 100 must be a multiple of 16");
    assertThat(folder.resolve("x.rskt")).doesNotExist();
    assertThat(CliRun.of("truncate", path("all.rskt"), "--keep", "0%", "-o", path("x")).code())
        .isEqualTo(2);
  }

  @Test
  void combine_addsRuns_andTakesThemOutAgain() throws IOException {
    JsonObject sum = json(CliRun.of("combine", path("all.rskt"), "-o", path("sum.rskt"), "--json"));
    assertThat(sum.get("runs").getAsInt()).isEqualTo(3);
    assertThat(sum.get("mass").getAsDouble()).isEqualTo(6);
    CliRun rest =
        CliRun.of(
            "combine",
            path("sum.rskt"),
            path("sum.rskt"),
            path("all.rskt"),
            "--weights",
            "1,1,-1",
            "-o",
            path("rest.rskt"));
    assertThat(rest.code()).isZero();
    assertThat(images("rest.rskt").get(0).cosine(images("sum.rskt").get(0)))
        .isCloseTo(1, within(1e-6));
    CliRun nothing =
        CliRun.of(
            "combine",
            path("all.rskt"),
            path("all.rskt"),
            "--weights",
            "1,-1",
            "-o",
            path("none.rskt"));
    assertThat(nothing.code()).isEqualTo(1);
    assertThat(nothing.err()).contains("nothing is left");
    assertThat(folder.resolve("none.rskt")).doesNotExist();
  }

  @Test
  void compare_oneWithAll_orRowByRow() throws IOException {
    CliRun.of("combine", path("all.rskt"), "-o", path("sum.rskt"));
    JsonArray rows =
        json(CliRun.of("compare", path("sum.rskt"), path("all.rskt"), "--json"))
            .getAsJsonArray("rows");
    assertThat(rows).hasSize(3);
    assertThat(rows.get(1).getAsJsonObject().get("cosine").getAsDouble()).isBetween(0.8, 1.0);
    Files.copy(folder.resolve("all.rskt"), folder.resolve("six.rskt"));
    Files.write(
        folder.resolve("six.rskt"),
        Files.readAllBytes(folder.resolve("all.rskt")),
        java.nio.file.StandardOpenOption.APPEND);
    CliRun uneven = CliRun.of("compare", path("six.rskt"), path("all.rskt"));
    assertThat(uneven.code()).isEqualTo(1);
    assertThat(uneven.err()).contains("holds 6 sketches").contains("row i goes with row i");
  }

  @Test
  void inspect_describesImagesAndMatrices_andFindsDamage() throws IOException {
    JsonObject images = json(CliRun.of("inspect", path("all.rskt"), "--json"));
    assertThat(images.get("rows").getAsInt()).isEqualTo(3);
    assertThat(images.getAsJsonArray("sketches").get(2).getAsJsonObject().get("mass").getAsInt())
        .isEqualTo(2);
    assertThat(CliRun.of("inspect", path("all.npy")).out())
        .startsWith("a NumPy matrix of 3 rows of 512 float32 values, norms 0.")
        .endsWith(path("all.npy.spec.json") + " says\n");
    JsonObject matrix = json(CliRun.of("inspect", path("all.npy"), "--json"));
    assertThat(matrix.getAsJsonObject("spec").get("dimension").getAsInt()).isEqualTo(512);
    for (String told : new String[] {"fingerprint", "spec"}) {
      assertThat(matrix.get(told)).isNotNull().isEqualTo(images.get(told));
    }
    Files.copy(folder.resolve("all.npy"), folder.resolve("bare.npy"));
    assertThat(CliRun.of("inspect", path("bare.npy")).out())
        .endsWith("the spec is not known: there is no " + path("bare.npy.spec.json") + "\n");
    byte[] bytes = Files.readAllBytes(folder.resolve("all.rskt"));
    int image = SketchImage.bytes(Encoding.F32, 512);
    int length = bytes.length - 16 - 2 * image;
    bytes[length + 100] ^= 1;
    Files.write(folder.resolve("bad.rskt"), bytes);
    CliRun damaged = CliRun.of("inspect", path("bad.rskt"));
    assertThat(damaged.code()).isEqualTo(1);
    assertThat(damaged.err()).contains("bad.rskt: row 1: sketch.image: damaged");
    Files.write(folder.resolve("cut.rskt"), Arrays.copyOf(bytes, length + 30));
    assertThat(CliRun.of("inspect", path("cut.rskt")).err())
        .contains("is cut off within the header of row 1");
    Files.writeString(folder.resolve("text"), "hello");
    assertThat(CliRun.of("inspect", path("text")).err()).contains("text: is not a NumPy file");
  }

  @Test
  void otherFamilies_areSketchedAndDecoded() throws IOException {
    assertThat(sketch("h.npy", "--family", "hadamard").code()).isZero();
    CliRun decoded =
        CliRun.of(
            "decode",
            path("h.npy"),
            "--skeletons",
            path("skeletons.jsonl"),
            "--family",
            "hadamard",
            "--dimension",
            "512");
    assertThat(decoded.code()).isZero();
    assertThat(attributesOfTheCat(decoded).get(1).getAsDouble()).isCloseTo(0.8, within(1e-4));
    CliRun wrong = sketch("h.npy", "--family", "dense", "--blocks-per-column", "4");
    assertThat(wrong.code()).isEqualTo(2);
    assertThat(wrong.err()).contains("--blocks-per-column is of --family=block-sparse only");
  }

  @Test
  void sparseDecoder_takesNonNegative_othersDoNot() {
    String[] common = {
      "decode", path("all.npy"), "--skeletons", path("skeletons.jsonl"), "--dimension", "512"
    };
    CliRun sparse = CliRun.of(with(common, "--decoder", "sparse", "--nonnegative"));
    assertThat(sparse.code()).isZero();
    assertThat(attributesOfTheCat(sparse).get(0).getAsDouble()).isCloseTo(0.6, within(1e-3));
    CliRun joint = CliRun.of(with(common, "--nonnegative"));
    assertThat(joint.code()).isEqualTo(2);
    assertThat(joint.err()).contains("--nonnegative goes with --decoder=sparse only");
  }

  private static String[] with(String[] common, String... more) {
    List<String> out = new ArrayList<>(List.of(common));
    out.addAll(List.of(more));
    return out.toArray(String[]::new);
  }

  @Test
  void unroll_takesAnObjectOutOfEveryRow_withASketchOfItsOwn() throws IOException {
    String[] common = {
      "unroll", path("all.npy"), "--skeletons", path("skeletons.jsonl"), "--dimension", "512"
    };
    CliRun run = CliRun.of(with(common, "--object", "a", "-o", path("cats.rskt")));
    assertThat(run.code()).isZero();
    assertThat(run.out().lines()).hasSize(3);
    JsonObject last = JsonParser.parseString(run.out().lines().toList().get(2)).getAsJsonObject();
    assertThat(last.get("module").getAsString()).isEqualTo("cat");
    assertThat(last.getAsJsonArray("attributes").get(1).getAsDouble()).isCloseTo(0.8, within(1e-4));
    List<Sketch> cats = images("cats.rskt");
    assertThat(cats).hasSize(3);
    assertThat(cats.get(0).cosine(cats.get(2))).isGreaterThan(0.9999);
    CliRun unknown = CliRun.of(with(common, "--object", "zebra"));
    assertThat(unknown.code()).isEqualTo(1);
    assertThat(unknown.err())
        .contains("row 0")
        .contains("\"zebra\"")
        .contains("ask for one of a, b");
  }

  @Test
  void combine_takesOutMoreThanItHoldsAtOnce() throws IOException {
    byte[] three = Files.readAllBytes(folder.resolve("all.rskt"));
    byte[] many = new byte[100 * three.length];
    for (int i = 0; i < 100; i++) {
      System.arraycopy(three, 0, many, i * three.length, three.length);
    }
    Files.write(folder.resolve("many.rskt"), many);
    CliRun run =
        CliRun.of(
            "combine",
            path("many.rskt"),
            path("all.rskt"),
            path("many.rskt"),
            "--weights",
            "2,1,-2",
            "-o",
            path("rest.rskt"));
    assertThat(run.code()).isZero();
    CliRun.of("combine", path("all.rskt"), "-o", path("sum.rskt"));
    Sketch rest = images("rest.rskt").get(0);
    Sketch sum = images("sum.rskt").get(0);
    assertThat(rest.runs()).isEqualTo(3);
    assertThat(rest.mass()).isCloseTo(6, within(1e-9));
    assertThat(rest.cosine(sum)).isCloseTo(1, within(1e-6));
  }

  @Test
  void unroll_withAnotherNumberOfSkeletons_isRefusedAsDecodeDoes() throws IOException {
    Path skeletons = folder.resolve("skeletons.jsonl");
    List<String> lines = Files.readAllLines(skeletons);
    Files.write(skeletons, List.of(lines.get(0), lines.get(1), lines.get(2), lines.get(0)));
    CliRun run =
        CliRun.of(
            "unroll",
            path("all.npy"),
            "--skeletons",
            skeletons.toString(),
            "--dimension",
            "512",
            "--object",
            "a");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.err()).contains("has 3 rows").contains("has 4 skeletons");
  }

  @Test
  void imagesOfWhichTheLengthIsNotRecorded_areRead_withANote_andTheirSeed() throws IOException {
    byte[] whole = Files.readAllBytes(folder.resolve("all.rskt"));
    int images = 3 * SketchImage.bytes(Encoding.F32, 512);
    int start = whole.length - 16 - images;
    Files.write(folder.resolve("old.rskt"), Arrays.copyOfRange(whole, start, start + images));
    String[] stats = {"stats", path("old.rskt"), "--modules", "cat:2,dog:2"};
    assertThat(CliRun.of(stats).code()).isEqualTo(2);
    assertThat(CliRun.of(stats).err()).contains("but the fingerprint", "give --seed");
    assertThat(CliRun.of(with(stats, "--seed", "8")).err())
        .contains("but the options make")
        .doesNotContain("internal");
    CliRun right = CliRun.of(with(stats, "--seed", "0"));
    assertThat(right.code()).isZero();
    assertThat(right.err()).contains("old.rskt: length not recorded").hasLineCount(1);
    CliRun named = CliRun.of(with(stats, "--spec", path("all.npy.spec.json")));
    assertThat(named.out()).isEqualTo(right.out());
    Files.copy(folder.resolve("all.npy.spec.json"), folder.resolve("old.rskt.spec.json"));
    assertThat(CliRun.of(stats).out()).isEqualTo(right.out());
    assertThat(CliRun.of("inspect", path("old.rskt")).out()).contains("length not recorded");
    assertThat(CliRun.of("inspect", path("all.rskt")).out())
        .contains("3 images, all intact\nspec {");
  }

  @Test
  void knownSpecs_areFoundByFingerprint() throws IOException {
    Path specs = Files.createDirectory(folder.resolve("specs"));
    Files.copy(folder.resolve("all.npy.spec.json"), specs.resolve("rooms.json"));
    var fingerprint = images("all.rskt").get(0).fingerprint();
    assertThat(KnownSpecs.find(Optional.of(specs), fingerprint).orElseThrow().fingerprint())
        .isEqualTo(fingerprint);
    assertThat(KnownSpecs.find(Optional.of(folder.resolve("none")), fingerprint)).isEmpty();
    assertThat(KnownSpecs.folder(Map.of("HOME", "/h")))
        .contains(Path.of("/h/.config/resketch/specs"));
    assertThat(KnownSpecs.folder(Map.of("HOME", "/h", "XDG_CONFIG_HOME", "/x")))
        .contains(Path.of("/x/resketch/specs"));
    assertThat(KnownSpecs.folder(Map.of("HOME", "/h", "RESKETCH_SPECS", "/s")))
        .contains(Path.of("/s"));
  }

  @Test
  void matricesWithoutMasses_becomeNoImages() throws IOException {
    Files.delete(folder.resolve("all.npy.spec.json"));
    String[] truncate = {"truncate", path("all.npy"), "--keep", "50%", "--seed", "0"};
    CliRun images = CliRun.of(with(truncate, "--dimension", "512", "-o", path("h.rskt")));
    assertThat(images.code()).isEqualTo(1);
    assertThat(images.err()).contains("images carry masses");
    CliRun matrix = CliRun.of(with(truncate, "--dimension", "512", "-o", path("h.npy")));
    assertThat(matrix.code()).isZero();
    assertThat(CliRun.of("stats", path("h.npy"), "--modules", "cat:2,dog:2").out())
        .startsWith("row  runs  share of cat");
  }
}
