package io.resketch.client.files;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor.JavaType;
import java.io.EOFException;
import java.io.IOException;
import java.io.StringReader;
import java.math.BigDecimal;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What JSON is, where Gson and JsonFormat let more through: a key stands once in its object, names
 * are quoted, a number in quotes is written as JSON writes numbers, text is characters, and nothing
 * follows the object. Not thread-safe.
 */
public final class StrictJson {
  /** The messages nest 6 deep; what parses them is recursive. */
  static final int MAX_DEPTH = 64;

  private static final Pattern PLACE =
      Pattern.compile("(.*?) at line (\\d+) column (\\d+) path (\\S+)");
  private static final Pattern NUMBER =
      Pattern.compile("-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?");
  private static final Set<String> NO_NUMBERS = Set.of("NaN", "Infinity", "-Infinity");

  private final JsonReader reader;
  private final Map<Descriptor, Map<String, FieldDescriptor>> fields = new HashMap<>();

  /** What is wrong with a text, with the path of the field. */
  static final class Fault extends Exception {
    private static final long serialVersionUID = 1L;

    Fault(String message) {
      super(message);
    }
  }

  private StrictJson(String text) {
    this.reader = new JsonReader(new StringReader(text));
  }

  /**
   * Checks that a text is one JSON object, and none of its values one that JsonFormat would read
   * though it is not the JSON form of the message.
   */
  static void check(String text, Descriptor type) throws IOException, Fault {
    new StrictJson(text).whole(type);
  }

  /**
   * Reads a file that holds one JSON object. Numbers are {@link BigDecimal}s.
   *
   * @throws InputFileException if it holds anything else; the message names line and key
   */
  public static JsonObject read(Path file) throws IOException {
    String text;
    try {
      text = Files.readString(file);
    } catch (CharacterCodingException e) {
      throw new InputFileException(file, "is not UTF-8 text");
    }
    StrictJson json = new StrictJson(text);
    try {
      JsonElement out = json.guarded(() -> json.element(0));
      if (!out.isJsonObject()) {
        throw new InputFileException(file, "is not a JSON object, in braces");
      }
      if (!json.ends()) {
        throw new InputFileException(file, json.line(), "goes on behind its JSON object");
      }
      return out.getAsJsonObject();
    } catch (Fault e) {
      throw new InputFileException(file, json.line(), e.getMessage());
    }
  }

  /**
   * A whole number of an object.
   *
   * @throws InputFileException if it is no number, has a fraction, or is out of range
   */
  public static long whole(Path file, JsonObject json, String name, long least, long most) {
    JsonElement value = json.get(name);
    if (value == null || !value.isJsonPrimitive() || !value.getAsJsonPrimitive().isNumber()) {
      throw new InputFileException(file, name + ": " + value + " is not a number");
    }
    BigDecimal number = value.getAsBigDecimal();
    boolean small = number.precision() - (long) number.scale() <= 20 && number.scale() <= 1000;
    if (!small
        || number.stripTrailingZeros().scale() > 0
        || number.compareTo(BigDecimal.valueOf(least)) < 0
        || number.compareTo(BigDecimal.valueOf(most)) > 0) {
      throw new InputFileException(
          file, name + ": " + number + " must be a whole number from " + least + " to " + most);
    }
    return number.longValueExact();
  }

  private interface Work<T> {
    T run() throws IOException, Fault;
  }

  private <T> T guarded(Work<T> work) throws IOException, Fault {
    try {
      return work.run();
    } catch (EOFException e) {
      throw new Fault(at() + "malformed JSON: the text ends too soon");
    } catch (MalformedJsonException e) {
      throw new Fault(syntaxFault(e.getMessage()));
    }
  }

  private void whole(Descriptor type) throws IOException, Fault {
    guarded(
        () -> {
          if (reader.peek() != JsonToken.BEGIN_OBJECT) {
            throw new Fault("is not a JSON object; one " + type.getName() + " a line, in braces");
          }
          object(type, 1);
          return true;
        });
    if (!ends()) {
      throw new Fault("goes on behind its JSON object; one object a line");
    }
  }

  /**
   * @param type absent where nothing is known of what the object is
   */
  private void object(Descriptor type, int depth) throws IOException, Fault {
    requireDepth(depth);
    Set<String> names = new HashSet<>();
    reader.beginObject();
    while (reader.hasNext()) {
      String name = name();
      FieldDescriptor field = type == null ? null : fields(type).get(name);
      if (!names.add(field == null ? name : field.getName())) {
        throw twice(name);
      }
      if (field != null && field.isMapField() && reader.peek() == JsonToken.BEGIN_OBJECT) {
        map(field.getMessageType().findFieldByName("value"), depth + 1);
      } else {
        value(field, depth);
      }
    }
    reader.endObject();
  }

  private void map(FieldDescriptor values, int depth) throws IOException, Fault {
    requireDepth(depth);
    Set<String> keys = new HashSet<>();
    reader.beginObject();
    while (reader.hasNext()) {
      String key = name();
      if (!keys.add(key)) {
        throw twice(key);
      }
      value(values, depth);
    }
    reader.endObject();
  }

  private void value(FieldDescriptor field, int depth) throws IOException, Fault {
    switch (reader.peek()) {
      case BEGIN_OBJECT ->
          object(
              field != null && field.getJavaType() == JavaType.MESSAGE
                  ? field.getMessageType()
                  : null,
              depth + 1);
      case BEGIN_ARRAY -> {
        requireDepth(depth + 1);
        reader.beginArray();
        while (reader.hasNext()) {
          value(field, depth + 1);
        }
        reader.endArray();
      }
      case STRING -> string(field);
      case NUMBER -> {
        var unused = reader.nextString();
      }
      case BOOLEAN -> {
        var unused = reader.nextBoolean();
      }
      case NULL -> reader.nextNull();
      default -> throw new EOFException("a value is open");
    }
  }

  /** Numbers may stand in quotes, truth values may not. */
  private void string(FieldDescriptor field) throws IOException, Fault {
    String path = at();
    String text = text();
    JavaType type = field == null ? JavaType.STRING : field.getJavaType();
    boolean decimal = type == JavaType.FLOAT || type == JavaType.DOUBLE;
    boolean number = decimal || type == JavaType.INT || type == JavaType.LONG;
    if (number && !NUMBER.matcher(text).matches() && !(decimal && NO_NUMBERS.contains(text))) {
      throw new Fault(path + "\"" + text + "\" is not a number");
    }
    if (type == JavaType.BOOLEAN) {
      throw new Fault(path + "\"" + text + "\" is in quotes; write true or false without");
    }
  }

  private String name() throws IOException, Fault {
    String out = reader.nextName();
    requireCharacters(at(), out);
    return out;
  }

  private String text() throws IOException, Fault {
    String path = at();
    String out = reader.nextString();
    requireCharacters(path, out);
    return out;
  }

  /** Escapes can make half of a surrogate pair, which UTF-8 cannot write: it would become "?". */
  private static void requireCharacters(String path, String text) throws Fault {
    if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
      throw new Fault(
          path + "has half of a surrogate pair, which is no character; correct the text");
    }
  }

  private JsonElement element(int depth) throws IOException, Fault {
    requireDepth(depth);
    switch (reader.peek()) {
      case BEGIN_OBJECT -> {
        JsonObject out = new JsonObject();
        reader.beginObject();
        while (reader.hasNext()) {
          String name = name();
          if (out.has(name)) {
            throw twice(name);
          }
          out.add(name, element(depth + 1));
        }
        reader.endObject();
        return out;
      }
      case BEGIN_ARRAY -> {
        JsonArray out = new JsonArray();
        reader.beginArray();
        while (reader.hasNext()) {
          out.add(element(depth + 1));
        }
        reader.endArray();
        return out;
      }
      case STRING -> {
        return new JsonPrimitive(text());
      }
      case NUMBER -> {
        return new JsonPrimitive(new BigDecimal(reader.nextString()));
      }
      case BOOLEAN -> {
        return new JsonPrimitive(reader.nextBoolean());
      }
      case NULL -> {
        reader.nextNull();
        return JsonNull.INSTANCE;
      }
      default -> throw new EOFException("a value is open");
    }
  }

  private static void requireDepth(int depth) throws Fault {
    if (depth > MAX_DEPTH) {
      throw new Fault("nests deeper than " + MAX_DEPTH + " levels");
    }
  }

  private Fault twice(String name) {
    return new Fault(at() + "the key \"" + name + "\" is given twice; leave one out");
  }

  private Map<String, FieldDescriptor> fields(Descriptor type) {
    return fields.computeIfAbsent(
        type,
        t -> {
          Map<String, FieldDescriptor> out = new HashMap<>();
          for (FieldDescriptor field : t.getFields()) {
            out.put(field.getName(), field);
            out.put(field.getJsonName(), field);
          }
          return out;
        });
  }

  private boolean ends() throws IOException {
    try {
      return reader.peek() == JsonToken.END_DOCUMENT;
    } catch (MalformedJsonException e) {
      return false;
    }
  }

  /** Line that the reader has come to, from 1; Gson tells it in the reader's text only. */
  private long line() {
    return Optional.of(PLACE.matcher(reader.toString()))
        .filter(Matcher::find)
        .map(place -> Long.parseLong(place.group(2)))
        .orElse(1L);
  }

  private String at() {
    return atPath(reader.getPath());
  }

  private static String atPath(String path) {
    String field = path.replaceFirst("^\\$\\.?", "").replaceFirst("\\.$", "");
    return field.isEmpty() ? "" : field + ": ";
  }

  private static String syntaxFault(String message) {
    Matcher matcher = PLACE.matcher(message);
    if (!matcher.find()) {
      return "malformed JSON: " + message;
    }
    // Gson's advice is to programmers, not to those who wrote the file.
    String what =
        matcher.group(1).startsWith("Use JsonReader.") ? "not a JSON value" : matcher.group(1);
    return atPath(matcher.group(4)) + "malformed JSON at column " + matcher.group(3) + ": " + what;
  }
}
