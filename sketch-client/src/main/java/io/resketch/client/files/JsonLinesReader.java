package io.resketch.client.files;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import io.resketch.core.InvalidInputException;
import io.resketch.v1.Computation;
import io.resketch.v1.Skeleton;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Reads messages in their proto3 JSON form, one a line; blank lines are skipped. A line at fault is
 * told with the file, the line and the path of the field. Not thread-safe.
 *
 * @param <T> the message
 */
public final class JsonLinesReader<T extends Message> implements Closeable {
  private static final JsonFormat.Parser PARSER = JsonFormat.parser();

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

  /** JsonFormat alone takes more than JSON. */
  private void checkSyntax(String text) throws IOException {
    try {
      StrictJson.check(text, prototype.getDescriptorForType());
    } catch (StrictJson.Fault e) {
      throw new InputFileException(file, line, e.getMessage());
    }
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
