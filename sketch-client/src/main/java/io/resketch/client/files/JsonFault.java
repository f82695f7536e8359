package io.resketch.client.files;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.JsonFormat;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Finds the place at fault in a message's JSON form. JsonFormat often does not name it, so the
 * parts of the message are parsed alone, from the outside in, until the smallest that fails.
 */
final class JsonFault {
  private static final JsonFormat.Parser PARSER = JsonFormat.parser();

  private final InvalidProtocolBufferException whole;

  /** A fault to be found, as JsonFormat told it. */
  JsonFault(InvalidProtocolBufferException whole) {
    this.whole = whole;
  }

  /** Path of the smallest part at fault, and what is wrong with it. */
  String describe(String json, Descriptor type) {
    return inMessage("", JsonParser.parseString(json).getAsJsonObject(), type)
        .orElseGet(() -> String.valueOf(whole.getMessage()));
  }

  private static Optional<String> inMessage(String path, JsonObject object, Descriptor type) {
    for (Map.Entry<String, JsonElement> entry : object.entrySet()) {
      String field = path.isEmpty() ? entry.getKey() : path + "." + entry.getKey();
      Optional<FieldDescriptor> known = field(type, entry.getKey());
      if (known.isEmpty()) {
        return Optional.of(
            field
                + ": no such field; a "
                + type.getName()
                + " has "
                + type.getFields().stream()
                    .map(FieldDescriptor::getJsonName)
                    .collect(Collectors.joining(", ")));
      }
      Optional<String> fault = inField(field, known.get(), entry.getKey(), entry.getValue());
      if (fault.isPresent()) {
        return fault;
      }
    }
    return fails(object, type).map(message -> path.isEmpty() ? message : path + ": " + message);
  }

  private static Optional<String> inField(
      String path, FieldDescriptor field, String name, JsonElement value) {
    Descriptor type = field.getContainingType();
    if (fails(object(name, value), type).isEmpty()) {
      return Optional.empty();
    }
    if (field.isMapField() && value.isJsonObject()) {
      for (Map.Entry<String, JsonElement> entry : value.getAsJsonObject().entrySet()) {
        Optional<String> message =
            fails(object(name, object(entry.getKey(), entry.getValue())), type);
        if (message.isPresent()) {
          return Optional.of(path + "[" + entry.getKey() + "]: " + message.get());
        }
      }
    } else if (field.isRepeated() && value.isJsonArray()) {
      JsonArray array = value.getAsJsonArray();
      for (int i = 0; i < array.size(); i++) {
        JsonArray one = new JsonArray();
        one.add(array.get(i));
        Optional<String> message = fails(object(name, one), type);
        if (message.isPresent()) {
          return Optional.of(inValue(path + "[" + i + "]", field, array.get(i), message.get()));
        }
      }
    } else if (!field.isRepeated()) {
      String message = fails(object(name, value), type).orElseThrow();
      return Optional.of(inValue(path, field, value, message));
    }
    return fails(object(name, value), type).map(message -> path + ": " + message);
  }

  private static String inValue(
      String path, FieldDescriptor field, JsonElement value, String message) {
    if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
        && value.isJsonObject()
        && !field.getMessageType().getFullName().startsWith("google.protobuf.")) {
      return inMessage(path, value.getAsJsonObject(), field.getMessageType())
          .orElse(path + ": " + message);
    }
    return path + ": " + message;
  }

  private static Optional<FieldDescriptor> field(Descriptor type, String name) {
    return type.getFields().stream()
        .filter(field -> field.getJsonName().equals(name) || field.getName().equals(name))
        .findFirst();
  }

  private static JsonObject object(String name, JsonElement value) {
    JsonObject out = new JsonObject();
    out.add(name, value);
    return out;
  }

  private static Optional<String> fails(JsonElement json, Descriptor type) {
    try {
      PARSER.merge(json.toString(), DynamicMessage.newBuilder(type));
      return Optional.empty();
    } catch (InvalidProtocolBufferException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }
}
