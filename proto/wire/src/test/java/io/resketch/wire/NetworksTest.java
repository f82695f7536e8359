package io.resketch.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.resketch.core.InvalidInputException;
import io.resketch.core.recovery.ObjectFunction;
import io.resketch.core.recovery.RecoveredNetwork;
import io.resketch.core.recovery.RecoveredNetwork.Edge;
import io.resketch.core.recovery.RecoveredNetwork.HiddenObject;
import io.resketch.core.recovery.SetAside;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

final class NetworksTest {
  private static RecoveredNetwork network() {
    return new RecoveredNetwork(
        2,
        List.of(1, 1),
        new double[] {0.5, 2},
        List.of(
            new double[] {1, 0},
            new double[] {0, 1},
            new double[] {0.6, 0.8},
            new double[] {-0.8, 0.6}),
        new double[] {0.25, -0.5},
        List.of(new double[] {1}, new double[] {2}, new double[] {3}, new double[] {4}),
        List.of(
            new HiddenObject(
                "hidden-0",
                List.of(2),
                1,
                List.of(new Edge(0, 1), new Edge(1, 0.5)),
                Optional.of(
                    new ObjectFunction(
                        new double[][] {{1, -0.5}}, new double[] {3}, 1, true, false, 0.125, 1))),
            new HiddenObject(
                "hidden-1", List.of(3), 2, List.of(new Edge(2, 0.75)), Optional.empty())),
        List.of("column 3: something"),
        2,
        1e-7,
        OptionalDouble.of(0.25),
        List.of(new SetAside("as nothing is in them", 3, List.of(4, 7, 9))));
  }

  @Test
  void network_comesBackAsItWasButForItsCodes() {
    RecoveredNetwork sent = network();
    RecoveredNetwork back = Networks.network(Networks.network(sent));
    assertThat(back.setAside()).isEqualTo(sent.setAside());
    assertThat(Networks.network(sent).getSummary()).isEqualTo(back.summary());
    assertThat(back.dimension()).isEqualTo(2);
    assertThat(back.inputSizes()).containsExactly(1, 1);
    assertThat(back.columns()).isEqualTo(4);
    for (int j = 0; j < 4; j++) {
      for (int i = 0; i < 2; i++) {
        assertThat(back.dictionary().get(j)[i]).isEqualTo((float) sent.dictionary().get(j)[i]);
      }
    }
    assertThat(back.offset()).containsExactly(0.25, -0.5);
    assertThat(back.codes()).isEmpty();
    assertThat(back.inputScales()).containsExactly(0.5, 2);
    assertThat(back.objects())
        .usingRecursiveFieldByFieldElementComparator()
        .isEqualTo(sent.objects());
    assertThat(back.heldOutPredictionRelativeError()).hasValue(0.25);
    assertThat(back.unidentified()).isEqualTo(sent.unidentified());
    assertThat(back.snapped()).isEqualTo(2);
    assertThat(back.heldOutRelativeError()).isEqualTo(1e-7);
  }

  @Test
  void networkWithoutArrays_isRefused() {
    var message = Networks.network(network()).toBuilder().setDictionary(ByteString.EMPTY).build();
    assertThatThrownBy(() -> Networks.network(message))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("dictionary: 0 bytes are not 8 floats; ask for the arrays, too");
  }

  @Test
  void functionOfAnotherSize_isRefused() {
    var message = Networks.network(network()).toBuilder();
    message.getFunctionsBuilder(0).setMap(ByteString.EMPTY);
    assertThatThrownBy(() -> Networks.network(message.build()))
        .hasMessageStartingWith("functions[hidden-0].map: 0 bytes are not 2 floats");
  }

  @Test
  void edgeThatLeadsNowhere_isRefused() {
    var toObject = Networks.network(network()).toBuilder();
    toObject.getObjectsBuilder(1).getInputsBuilder(0).setObject("hidden-7");
    assertThatThrownBy(() -> Networks.network(toObject.build()))
        .hasMessage("objects[hidden-1].inputs: \"hidden-7\" is no object");
    var toInput = Networks.network(network()).toBuilder();
    toInput.getObjectsBuilder(1).getInputsBuilder(0).setInput(2);
    assertThatThrownBy(() -> Networks.network(toInput.build()))
        .hasMessage("objects[hidden-1].inputs: 2 must be below 2");
  }

  @Test
  void columnThatIsNotThere_isRefused() {
    var message = Networks.network(network()).toBuilder();
    message.getObjectsBuilder(0).addColumns(4);
    assertThatThrownBy(() -> Networks.network(message.build()))
        .hasMessage("objects[hidden-0].columns: 4 is no column");
  }
}
