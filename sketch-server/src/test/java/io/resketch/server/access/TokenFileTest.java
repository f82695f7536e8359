package io.resketch.server.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resketch.core.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TokenFileTest {
  private static final String HASH = "sha256:" + "0a".repeat(32);

  @TempDir private Path folder;
  private Path path;
  private TokenFile file;

  @BeforeEach
  void file() {
    path = folder.resolve("tokens");
    file = new TokenFile(path);
  }

  @Test
  void create_keepsTheHashOnly_inAFileThatOthersCannotRead() throws IOException {
    String token = file.create("gpu-1", Role.WORKER);
    assertThat(token).matches("rskt_[A-Za-z0-9_-]{43}");
    assertThat(file.read())
        .containsExactly(new TokenFile.Entry("gpu-1", Role.WORKER, TokenFile.hash(token)));
    assertThat(Files.readString(path)).doesNotContain(token);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rw-------");
    assertThat(folder).isDirectoryContaining(path::equals).isDirectoryNotContaining("glob:**.new");
  }

  @Test
  void hash_isThatOfTheStandard() {
    // FIPS 180-4, example "abc".
    assertThat(TokenFile.hash("abc"))
        .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  }

  @Test
  void delete_takesOneNameOut_andKeepsCommentsAndTheOthers() throws IOException {
    Files.writeString(path, "# ours\n");
    file.create("cam", Role.WRITER);
    file.create("cam-2", Role.READER);
    file.delete("cam");
    assertThat(file.read()).extracting(TokenFile.Entry::name).containsExactly("cam-2");
    assertThat(Files.readAllLines(path)).hasSize(2).contains("# ours");
    assertThatThrownBy(() -> file.delete("cam"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("name: cam has no token");
  }

  @Test
  void create_refusesANameTwice_andChangesNothing() throws IOException {
    file.create("cam", Role.WRITER);
    String before = Files.readString(path);
    assertThatThrownBy(() -> file.create("cam", Role.READER))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("choose another name");
    assertThat(Files.readString(path)).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "ä", "#cam", "a/b"})
  void create_refusesNamesThatAreNone(String name) {
    assertThatThrownBy(() -> file.create(name, Role.READER))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("name: ");
    assertThat(path).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cam writer",
        "cam boss " + "sha256:0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a",
        "cam writer sha256:0a",
        "cam writer rskt_secret",
        "c/m writer " + "sha256:0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a0a"
      })
  void read_namesTheLineThatIsNone(String line) throws IOException {
    Files.writeString(path, "# ours\n\nother reader sha256:" + "0b".repeat(32) + "\n" + line);
    assertThatThrownBy(file::read)
        .isInstanceOf(InvalidInputException.class)
        .hasMessageContaining("line 4")
        .hasMessageNotContaining("secret");
  }

  @Test
  void read_refusesANameOrATokenTwice() throws IOException {
    Files.writeString(path, "a reader " + HASH + "\nb writer " + HASH + "\n");
    assertThatThrownBy(file::read).hasMessageContaining("line 2");
    Files.writeString(path, "a reader " + HASH + "\na writer sha256:" + "0b".repeat(32) + "\n");
    assertThatThrownBy(file::read).hasMessageContaining("line 2");
  }

  @Test
  void read_ofNoFile_isAnError() {
    assertThatThrownBy(file::read).isInstanceOf(NoSuchFileException.class);
  }
}
