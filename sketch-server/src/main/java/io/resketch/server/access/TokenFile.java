package io.resketch.server.access;

import io.resketch.core.InvalidInputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The tokens of a server in a text file: a line each with name, role, and the SHA-256 of the token;
 * lines that begin with # are comments and are kept. A token is 256 random bits, so its hash tells
 * nothing of it. Changes replace the file as a whole. Two changes at the same time are one too
 * many: the later one may undo the earlier.
 */
public final class TokenFile {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._~-]{1,63}");
  private static final Pattern LINE = Pattern.compile("(\\S+) +(\\S+) +sha256:([0-9a-f]{64})");
  private static final String PREFIX = "rskt_";
  private static final int TOKEN_BYTES = 32;

  private final Path path;

  /**
   * A line.
   *
   * @param hash SHA-256 of the token, in hexadecimal
   */
  public record Entry(String name, Role role, String hash) {}

  /** A file that exists or will be made. */
  public TokenFile(Path path) {
    this.path = path;
  }

  /**
   * Reads it.
   *
   * @throws NoSuchFileException if it is not there
   * @throws InvalidInputException if a line is not of this form, or two have one name
   */
  public List<Entry> read() throws IOException {
    return entries(Files.readAllLines(path));
  }

  private List<Entry> entries(List<String> lines) {
    List<Entry> out = new ArrayList<>();
    for (int at = 0; at < lines.size(); at++) {
      String line = lines.get(at).strip();
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      Matcher matcher = LINE.matcher(line);
      Optional<Role> role = matcher.matches() ? role(matcher.group(2)) : Optional.empty();
      if (role.isEmpty() || !NAME.matcher(matcher.group(1)).matches()) {
        throw wrong("line " + (at + 1) + " is not \"NAME ROLE sha256:HASH\"; roles are " + roles());
      }
      Entry entry = new Entry(matcher.group(1), role.get(), matcher.group(3));
      if (out.stream()
          .anyMatch(
              other -> other.name().equals(entry.name()) || other.hash().equals(entry.hash()))) {
        throw wrong("line " + (at + 1) + ": the name or the token is in a line before");
      }
      out.add(entry);
    }
    return out;
  }

  private static Optional<Role> role(String word) {
    return Arrays.stream(Role.values()).filter(role -> role.word().equals(word)).findFirst();
  }

  private static String roles() {
    return Arrays.stream(Role.values()).map(Role::word).collect(Collectors.joining(", "));
  }

  /**
   * Adds a new token and makes the file if it is not there.
   *
   * @param name 1 to 63 characters of [A-Za-z0-9._~-]
   * @return the token, which is nowhere else
   * @throws InvalidInputException if the name is not of this form or is there already
   */
  public String create(String name, Role role) throws IOException {
    if (!NAME.matcher(name).matches()) {
      throw new InvalidInputException(
          "name", "\"" + name + "\" is not 1 to 63 characters of [A-Za-z0-9._~-]");
    }
    List<String> lines = new ArrayList<>(linesOrNone());
    if (entries(lines).stream().anyMatch(entry -> entry.name().equals(name))) {
      throw new InvalidInputException(
          "name", name + " has a token in " + path + "; delete it first, or choose another name");
    }
    byte[] random = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(random);
    String token = PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(random);
    lines.add(name + " " + role.word() + " sha256:" + hash(token));
    replace(lines);
    return token;
  }

  private List<String> linesOrNone() throws IOException {
    try {
      return Files.readAllLines(path);
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  /**
   * Takes a token out.
   *
   * @throws InvalidInputException if there is none of this name
   */
  public void delete(String name) throws IOException {
    List<String> lines = Files.readAllLines(path);
    if (entries(lines).stream().noneMatch(entry -> entry.name().equals(name))) {
      throw new InvalidInputException("name", name + " has no token in " + path);
    }
    replace(lines.stream().filter(line -> !line.strip().startsWith(name + " ")).toList());
  }

  private void replace(List<String> lines) throws IOException {
    Path whole = path.toAbsolutePath();
    Path next =
        Files.createTempFile(
            whole.getParent(),
            "." + whole.getFileName(),
            ".new",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      Files.write(next, lines);
      Files.move(next, whole, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(next);
    }
  }

  /** As in the file. */
  static String hash(String token) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(token.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java platform has SHA-256", e);
    }
  }

  private InvalidInputException wrong(String what) {
    return new InvalidInputException("tokens", path + ", " + what);
  }
}
