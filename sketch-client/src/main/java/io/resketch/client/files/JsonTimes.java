package io.resketch.client.files;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Timestamp;
import io.resketch.core.InvalidInputException;
import io.resketch.wire.TimeText;
import java.io.IOException;
import java.io.StringReader;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Holds the times of a message's JSON form to {@link TimeText}: JsonFormat by itself takes 30
 * February for 2 March. Looks at the fields of the message itself, not at messages inside it.
 */
final class JsonTimes {
  private final Set<String> fields;

  /** For the messages of a type. */
  JsonTimes(Descriptor type) {
    fields =
        type.getFields().stream()
            .filter(JsonTimes::isTime)
            .flatMap(field -> Stream.of(field.getName(), field.getJsonName()))
            .collect(Collectors.toUnmodifiableSet());
    Predicate<FieldDescriptor> inside =
        field ->
            field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
                && !isTime(field)
                && field.getMessageType().getFields().stream().anyMatch(JsonTimes::isTime);
    if (type.getFields().stream().anyMatch(inside)) {
      throw new IllegalArgumentException(type.getName() + " has times inside its messages");
    }
  }

  private static boolean isTime(FieldDescriptor field) {
    return field.getJavaType() == FieldDescriptor.JavaType.MESSAGE
        && field.getMessageType().getFullName().equals(Timestamp.getDescriptor().getFullName());
  }

  /**
   * Checks an object that is well-formed JSON.
   *
   * @throws InvalidInputException naming the field, the text and the remedy
   */
  void check(String json) throws IOException {
    JsonReader reader = new JsonReader(new StringReader(json));
    reader.beginObject();
    while (reader.hasNext()) {
      String name = reader.nextName();
      if (fields.contains(name) && reader.peek() == JsonToken.STRING) {
        TimeText.instant(name, reader.nextString());
      } else {
        reader.skipValue();
      }
    }
  }
}
