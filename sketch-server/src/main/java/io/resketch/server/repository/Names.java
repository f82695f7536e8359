package io.resketch.server.repository;

import io.resketch.core.InvalidInputException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Resource names: {@code collections/{collection}} and {@code …/sketches/{id}}. */
public final class Names {
  private static final Pattern COLLECTION_ID = Pattern.compile("[a-z][a-z0-9-]{0,62}");
  private static final Pattern SKETCH_ID = Pattern.compile("[A-Za-z0-9._~-]{1,200}");
  private static final Pattern COLLECTION = Pattern.compile("collections/([^/]*)");
  private static final Pattern SKETCH = Pattern.compile("collections/([^/]*)/sketches/([^/]*)");

  private Names() {}

  /** The name of a collection. */
  public static String collection(String id) {
    return "collections/" + id;
  }

  /** The name of a sketch. */
  public static String sketch(String collection, String id) {
    return collection(collection) + "/sketches/" + id;
  }

  /** Checks the id of a new collection. */
  public static String checkCollectionId(String field, String id) {
    if (!COLLECTION_ID.matcher(id).matches()) {
      throw new InvalidInputException(
          field, "\"" + id + "\" must be 1 to 63 characters of [a-z0-9-], starting with a letter");
    }
    return id;
  }

  /** Checks the id of a new sketch. */
  public static String checkSketchId(String field, String id) {
    if (!SKETCH_ID.matcher(id).matches()) {
      throw new InvalidInputException(
          field, "\"" + id + "\" must be 1 to 200 characters of [A-Za-z0-9._~-]");
    }
    return id;
  }

  /** Checks the name of a module. */
  public static String checkModule(String field, String name) {
    if (name.isEmpty() || name.chars().anyMatch(Character::isISOControl)) {
      throw new InvalidInputException(
          field, "\"" + name + "\" is empty or has a control character; use printable names");
    }
    return name;
  }

  /** The collection id of a collection's name. */
  public static String parseCollection(String field, String name) {
    Matcher matcher = COLLECTION.matcher(name);
    if (!matcher.matches()) {
      throw new InvalidInputException(
          field, "\"" + name + "\" is not of the form collections/{collection}");
    }
    return checkCollectionId(field, matcher.group(1));
  }

  /**
   * The ids of a sketch's name.
   *
   * @param collection id of the collection
   * @param id id of the sketch
   */
  public record SketchName(String collection, String id) {}

  /** The ids in a sketch's name. */
  public static SketchName parseSketch(String field, String name) {
    Matcher matcher = SKETCH.matcher(name);
    if (!matcher.matches()) {
      throw new InvalidInputException(
          field, "\"" + name + "\" is not of the form collections/{collection}/sketches/{id}");
    }
    return new SketchName(
        checkCollectionId(field, matcher.group(1)), checkSketchId(field, matcher.group(2)));
  }
}
