package io.resketch.client.files;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.resketch.core.InvalidInputException;
import io.resketch.v1.Computation;
import io.resketch.v1.Skeleton;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads messages in their proto3 JSON form, one a line; blank lines are skipped. A line at fault is
 * told with the file, the line and the path of the field. Not thread-safe.
 *
 * @param <T> the message
 */
public final class JsonLinesReader<T extends Message> implements Closeable {
  private static final JsonFormat.Parser PARSER = JsonFormat.parser();
  private static final Pattern PLACE =
      Pattern.compile("(.*?) at line \\d+ column (\\d+) path (\\S+)");

  /** The messages nest 6 deep; what parses them is recursive. */
  private static final int MAX_DEPTH = 64;

  private final Path file;
  private final T prototype;
  private final JsonTimes times;
  private final BufferedReader in;
  private long line;

  private JsonLinesReader(Path file, T prototype) throws IOException {
    this.file = file;
    this.prototype = prototype;
    this.times = new JsonTimes(prototype.getDescriptorForType());
    this.in = open(file);
  }

  public static JsonLinesReader<Computation> computations(Path file) throws IOException {
    return new JsonLinesReader<>(file, Computation.getDefaultInstance());
  }

  public static JsonLinesReader<Skeleton> skeletons(Path file) throws IOException {
    return new JsonLinesReader<>(file, Skeleton.getDefaultInstance());
  }

  /** Number of lines that are not blank. */
  public static long count(Path file) throws IOException {
    try (BufferedReader in = open(file)) {
      long count = 0;
      for (String text = in.readLine(); text != null; text = in.readLine()) {
        count += text.isBlank() ? 0 : 1;
      }
      return count;
    } catch (CharacterCodingException e) {
      throw new InputFileException(file, "is not UTF-8 text");
    }
  }

  private static BufferedReader open(Path file) throws IOException {
    return new BufferedReader(
        new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8.newDecoder()),
        1 << 16);
  }

  /**
   * Reads the next message.
   *
   * @return absent at the end of the file
   * @throws InputFileException if the line is not the JSON form of the message
   */
  public Optional<T> next() throws IOException {
    try {
      for (String text = in.readLine(); text != null; text = in.readLine()) {
        line++;
        if (!text.isBlank()) {
          return Optional.of(parse(text));
        }
      }
      return Optional.empty();
    } catch (CharacterCodingException e) {
      throw new InputFileException(file, line + 1, "is not UTF-8 text, here or soon after");
    }
  }

  /** Number of the line read last, from 1. */
  public long line() {
    return line;
  }

  /**
   * Translates what the line read last holds.
   *
   * @throws InputFileException if the translation finds a rule broken
   */
  public <R> R check(Supplier<R> translation) {
    try {
      return translation.get();
    } catch (InvalidInputException e) {
      throw new InputFileException(file, line, e.getMessage());
    }
  }

  private void checkTimes(String text) throws IOException {
    try {
      times.check(text);
    } catch (InvalidInputException e) {
      throw new InputFileException(file, line, e.getMessage());
    }
  }

  @SuppressWarnings("unchecked") // A builder of the prototype builds what the prototype is.
  private T parse(String text) throws IOException {
    checkSyntax(text);
    checkTimes(text);
    Message.Builder builder = prototype.newBuilderForType();
    try {
      PARSER.merge(text, builder);
    } catch (InvalidProtocolBufferException e) {
      throw new InputFileException(
          file, line, new JsonFault(e).describe(text, prototype.getDescriptorForType()));
    }
    return (T) builder.build();
  }

  /** JsonFormat alone takes unquoted names and ignores what follows the first value. */
  private void checkSyntax(String text) throws IOException {
    JsonReader reader = new JsonReader(new StringReader(text));
    try {
      if (reader.peek() != JsonToken.BEGIN_OBJECT) {
        throw new InputFileException(
            file, line, "is not a JSON object; one " + name() + " a line, in braces");
      }
      int depth = 0;
      do {
        depth += step(reader);
        if (depth > MAX_DEPTH) {
          throw new InputFileException(file, line, "nests deeper than " + MAX_DEPTH + " levels");
        }
      } while (depth > 0);
    } catch (EOFException e) {
      throw new InputFileException(
          file, line, atPath(reader.getPath()) + "malformed JSON: the line ends too soon");
    } catch (MalformedJsonException e) {
      throw new InputFileException(file, line, syntaxFault(e.getMessage()));
    }
    if (!ends(reader)) {
      throw new InputFileException(file, line, "goes on behind its JSON object; one object a line");
    }
  }

  /**
   * Passes over one token.
   *
   * @return by how much it nests deeper
   */
  private static int step(JsonReader reader) throws IOException {
    switch (reader.peek()) {
      case BEGIN_OBJECT -> {
        reader.beginObject();
        return 1;
      }
      case END_OBJECT -> {
        reader.endObject();
        return -1;
      }
      case BEGIN_ARRAY -> {
        reader.beginArray();
        return 1;
      }
      case END_ARRAY -> {
        reader.endArray();
        return -1;
      }
      case NAME -> {
        var unused = reader.nextName();
      }
      case STRING, NUMBER -> {
        var unused = reader.nextString();
      }
      case BOOLEAN -> {
        var unused = reader.nextBoolean();
      }
      case NULL -> reader.nextNull();
      case END_DOCUMENT -> throw new EOFException("a value is open");
    }
    return 0;
  }

  private static boolean ends(JsonReader reader) throws IOException {
    try {
      return reader.peek() == JsonToken.END_DOCUMENT;
    } catch (MalformedJsonException e) {
      return false;
    }
  }

  private String name() {
    return prototype.getDescriptorForType().getName();
  }

  private static String syntaxFault(String message) {
    Matcher matcher = PLACE.matcher(message);
    if (!matcher.find()) {
      return "malformed JSON: " + message;
    }
    // Gson's advice is to programmers, not to those who wrote the file.
    String what =
        matcher.group(1).startsWith("Use JsonReader.") ? "not a JSON value" : matcher.group(1);
    return atPath(matcher.group(3)) + "malformed JSON at column " + matcher.group(2) + ": " + what;
  }

  private static String atPath(String path) {
    String field = path.replaceFirst("^\\$\\.?", "").replaceFirst("\\.$", "");
    return field.isEmpty() ? "" : field + ": ";
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
