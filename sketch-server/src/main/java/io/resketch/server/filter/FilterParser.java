package io.resketch.server.filter;

import com.google.protobuf.Timestamp;
import io.resketch.core.InvalidInputException;
import io.resketch.server.filter.Filter.Condition;
import io.resketch.server.filter.Filter.Operator;
import io.resketch.wire.TimeText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Reads a filter by recursive descent. For one use. */
final class FilterParser {
  private static final int MAX_LENGTH = 4096;
  private static final int MAX_DEPTH = 32;
  private static final String LABEL = "label.";
  private static final String SIGNS = "()=!<>:\"'";

  private enum Kind {
    WORD,
    STRING,
    SIGN,
    END
  }

  /**
   * A part of the text.
   *
   * @param at position of its first character, from 1
   */
  private record Token(Kind kind, String text, int at) {
    boolean is(String sign) {
      return kind == Kind.SIGN && text.equals(sign);
    }

    boolean isWord(String word) {
      return kind == Kind.WORD && text.equals(word);
    }

    String shown() {
      return kind == Kind.END ? "the end" : "'" + text + "'";
    }
  }

  private final String text;
  private int position;
  private Token token;

  FilterParser(String text) {
    if (text.length() > MAX_LENGTH) {
      throw new InvalidInputException(
          "filter", text.length() + " characters, at most " + MAX_LENGTH + " are allowed");
    }
    this.text = text;
  }

  Condition parse() {
    advance();
    Condition condition = anyOf(0);
    if (token.kind != Kind.END) {
      throw expected("AND, OR or the end");
    }
    return condition;
  }

  private Condition anyOf(int depth) {
    List<Condition> parts = new ArrayList<>(List.of(allOf(depth)));
    while (token.isWord("OR")) {
      advance();
      parts.add(allOf(depth));
    }
    return parts.size() == 1 ? parts.get(0) : new Filter.Or(parts);
  }

  private Condition allOf(int depth) {
    List<Condition> parts = new ArrayList<>(List.of(term(depth)));
    while (token.isWord("AND")) {
      advance();
      parts.add(term(depth));
    }
    return parts.size() == 1 ? parts.get(0) : new Filter.And(parts);
  }

  private Condition term(int depth) {
    if (depth > MAX_DEPTH) {
      throw new InvalidInputException(
          "filter",
          "at character " + token.at + ": nests deeper than " + MAX_DEPTH + "; simplify it");
    }
    if (token.isWord("NOT")) {
      advance();
      return new Filter.Not(term(depth + 1));
    }
    if (token.is("(")) {
      advance();
      Condition inner = anyOf(depth + 1);
      if (!token.is(")")) {
        throw expected("AND, OR or ')'");
      }
      advance();
      return inner;
    }
    return comparison();
  }

  private Condition comparison() {
    Token field = token;
    if (field.kind != Kind.WORD
        || !(field.text.equals("id") || field.text.equals("time") || isLabel(field.text))) {
      throw expected("id, time, label.KEY, NOT or '('");
    }
    advance();
    if (!isLabel(field.text)) {
      Operator operator = operator("an operator: =, !=, <, <=, > or >=");
      return field.text.equals("id")
          ? new Filter.Id(operator, value("an id"))
          : new Filter.Time(operator, time());
    }
    String key = field.text.substring(LABEL.length());
    if (key.isEmpty()) {
      if (token.kind != Kind.STRING) {
        throw expected("the key of a label, such as label.camera or label.\"my key\"");
      }
      key = token.text;
      advance();
    }
    if (token.is(":")) {
      advance();
      if (!token.isWord("*")) {
        throw expected("'*'; label.KEY:* asks whether there is such a label");
      }
      advance();
      return new Filter.HasLabel(key);
    }
    return new Filter.Label(
        key, operator("an operator: =, !=, <, <=, >, >= or :*"), value("a value"));
  }

  private static boolean isLabel(String word) {
    return word.startsWith(LABEL);
  }

  private Operator operator(String wanted) {
    for (Operator operator : Operator.values()) {
      if (token.is(operator.sign())) {
        advance();
        return operator;
      }
    }
    throw expected(wanted);
  }

  private String value(String wanted) {
    boolean reserved = token.isWord("AND") || token.isWord("OR") || token.isWord("NOT");
    if ((token.kind != Kind.STRING && token.kind != Kind.WORD) || reserved) {
      throw expected(wanted + ", in quotes if it has blanks or signs");
    }
    String value = token.text;
    advance();
    return value;
  }

  /** An unquoted time has colons, which are signs elsewhere. */
  private Timestamp time() {
    Token first = token;
    StringBuilder out = new StringBuilder(value("a time such as 2026-11-23T08:00:00Z"));
    while (first.kind == Kind.WORD && token.is(":")) {
      out.append(':');
      advance();
      out.append(value("a time such as 2026-11-23T08:00:00Z"));
    }
    try {
      return TimeText.timestamp("at character " + first.at, out.toString());
    } catch (InvalidInputException e) {
      throw new InvalidInputException("filter", e.getMessage());
    }
  }

  private InvalidInputException expected(String wanted) {
    return new InvalidInputException(
        "filter",
        String.format(
            Locale.ROOT,
            "at character %d: expected %s, found %s",
            token.at,
            wanted,
            token.shown()));
  }

  private void advance() {
    while (position < text.length() && Character.isWhitespace(text.charAt(position))) {
      position++;
    }
    int start = position;
    if (start == text.length()) {
      token = new Token(Kind.END, "", start + 1);
      return;
    }
    char c = text.charAt(start);
    if (c == '"' || c == '\'') {
      token = string(c);
    } else if (SIGNS.indexOf(c) >= 0) {
      boolean two =
          "!<>".indexOf(c) >= 0 && start + 1 < text.length() && text.charAt(start + 1) == '=';
      position += two ? 2 : 1;
      token = new Token(Kind.SIGN, text.substring(start, position), start + 1);
    } else {
      while (position < text.length()
          && !Character.isWhitespace(text.charAt(position))
          && SIGNS.indexOf(text.charAt(position)) < 0) {
        position++;
      }
      token = new Token(Kind.WORD, text.substring(start, position), start + 1);
    }
  }

  private Token string(char quote) {
    int start = position++;
    StringBuilder out = new StringBuilder();
    while (position < text.length() && text.charAt(position) != quote) {
      if (text.charAt(position) == '\\' && position + 1 < text.length()) {
        position++;
      }
      out.append(text.charAt(position++));
    }
    if (position >= text.length()) {
      throw new InvalidInputException(
          "filter", "at character " + (start + 1) + ": a string that does not end; add " + quote);
    }
    position++;
    return new Token(Kind.STRING, out.toString(), start + 1);
  }
}
