package io.resketch.core.stats;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resketch.core.InvalidInputException;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ModuleNamesTest {
  @Test
  void unknownName_isRefusedWithTheOneSpelledMostLikeIt() {
    Set<String> known = Set.of("person", "car", "traffic light");
    assertThatCode(() -> ModuleNames.requireKnown(List.of("car"), known, "this collection"))
        .doesNotThrowAnyException();
    assertThatThrownBy(
            () -> ModuleNames.requireKnown(List.of("car", "Persn"), known, "this collection"))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage(
            "modules: unknown module 'Persn': no object of it is in this collection (did you mean"
                + " 'person'?)");
    assertThatThrownBy(() -> ModuleNames.requireKnown(List.of("zebra"), known, "this collection"))
        .hasMessageContaining("it has objects of car, person, traffic light");
    assertThatThrownBy(() -> ModuleNames.requireKnown(List.of("car"), Set.of(), "this collection"))
        .hasMessageContaining("nor of any other module yet");
  }
}
