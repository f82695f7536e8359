package io.resketch.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.resketch.core.InvalidInputException;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.WeightedInput;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class GraphsTest {
  /** Two roots, one of them computed from the other. */
  private static Computation computation(int input, List<Integer> roots, float ownWeight) {
    Computation.Builder out =
        Computation.builder()
            .object("x", "m", Attributes.dense(0.5f, -1f))
            .object(
                "y",
                "n",
                Attributes.sparse(9, new int[] {4}, new float[] {2}),
                List.of(new WeightedInput("x", 1, input)),
                ownWeight);
    out.root(new WeightedInput("x", 0.25f, roots.get(0)));
    return out.root(new WeightedInput("y", 0.75f, roots.get(1))).mass(7).build();
  }

  private static Computation plain() {
    return computation(WeightedInput.INDEX, List.of(0, 1), 0.5f);
  }

  /** Each states one thing that older readers do not know, the last one all of it. */
  private static List<Computation> placed() {
    return List.of(
        computation(3, List.of(0, 1), 0.5f),
        computation(0, List.of(0, 0), 0.5f),
        computation(0, List.of(0, 1), 0.3f),
        computation(WeightedInput.MAX_POSITION, List.of(1, 0), 0.3f));
  }

  private static io.resketch.v1.Computation rootsMoved(io.resketch.v1.Computation message) {
    return message.toBuilder().addAllRoots(message.getPlacedRootsList()).clearPlacedRoots().build();
  }

  @Test
  void plainGraphs_areWrittenAsEver() {
    for (Computation computation : List.of(plain(), computation(0, List.of(0, 1), 0.5f))) {
      io.resketch.v1.Computation message = Graphs.computation(computation);
      assertThat(message.getPlacedRootsList()).isEmpty();
      assertThat(message.getRootsCount()).isEqualTo(2);
      assertThat(message.getObjects(1).hasOwnWeight()).isFalse();
      assertThat(message.getObjects(1).getInputs(0).hasPosition()).isFalse();
      assertThat(Graphs.skeleton(computation.skeleton()).getPlacedRootsList()).isEmpty();
    }
  }

  @Test
  void placedGraphs_haveTheirRootsInPlacedRoots_andComeBackTheSame() {
    for (Computation computation : placed()) {
      io.resketch.v1.Computation message = Graphs.computation(computation);
      assertThat(message.getRootsList()).isEmpty();
      assertThat(message.getPlacedRootsCount()).isEqualTo(2);
      Computation back = Graphs.computation(message);
      assertThat(back.skeleton().contentHash()).isEqualTo(computation.skeleton().contentHash());
      for (int i = 0; i < 2; i++) {
        assertThat(back.attributes(i)).isEqualTo(computation.attributes(i));
      }
      io.resketch.v1.Skeleton skeleton = Graphs.skeleton(computation.skeleton());
      assertThat(skeleton.getRootsList()).isEmpty();
      assertThat(Graphs.skeleton(skeleton).contentHash())
          .isEqualTo(computation.skeleton().contentHash());
    }
  }

  @Test
  void readersTakeEitherList() {
    for (Computation computation : placed()) {
      Computation back = Graphs.computation(rootsMoved(Graphs.computation(computation)));
      assertThat(back.skeleton().contentHash()).isEqualTo(computation.skeleton().contentHash());
    }
  }

  /** An older reader skips the fields that it does not know. */
  @Test
  void readersThatSkipPlacedRoots_refuse() {
    for (Computation computation : placed()) {
      io.resketch.v1.Computation.Builder message = Graphs.computation(computation).toBuilder();
      message.clearPlacedRoots();
      message.getObjectsBuilderList().forEach(object -> object.clearOwnWeight());
      assertThatThrownBy(() -> Graphs.computation(message.build()))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("roots: is empty");
      io.resketch.v1.Skeleton.Builder skeleton =
          Graphs.skeleton(computation.skeleton()).toBuilder().clearPlacedRoots();
      assertThatThrownBy(() -> Graphs.skeleton(skeleton.build()))
          .isInstanceOf(InvalidInputException.class)
          .hasMessageContaining("roots: is empty");
    }
  }

  @Test
  void bothLists_areRefused() {
    io.resketch.v1.Computation message = Graphs.computation(placed().get(0));
    io.resketch.v1.Computation both =
        message.toBuilder().addAllRoots(message.getPlacedRootsList()).build();
    assertThatThrownBy(() -> Graphs.computation(both))
        .isInstanceOf(InvalidInputException.class)
        .hasMessage("placed_roots: is given beside roots; give the roots in one of the two");
    io.resketch.v1.Skeleton.Builder skeleton =
        Graphs.skeleton(placed().get(0).skeleton()).toBuilder();
    skeleton.addAllRoots(skeleton.getPlacedRootsList());
    assertThatThrownBy(() -> Graphs.skeleton(skeleton.build()))
        .isInstanceOf(InvalidInputException.class)
        .hasMessageStartingWith("placed_roots: is given beside roots");
  }

  @Test
  void fieldsOutOfRange_areNamed() {
    io.resketch.v1.Computation message = Graphs.computation(placed().get(0));
    List<String> faults = new ArrayList<>();
    for (int position : new int[] {-1, WeightedInput.MAX_POSITION + 1}) {
      io.resketch.v1.Computation.Builder input = message.toBuilder();
      input.getObjectsBuilder(1).getInputsBuilder(0).setPosition(position);
      io.resketch.v1.Computation.Builder root = message.toBuilder();
      root.getPlacedRootsBuilder(1).setPosition(position);
      for (io.resketch.v1.Computation.Builder broken : List.of(input, root)) {
        assertThatThrownBy(() -> Graphs.computation(broken.build()))
            .isInstanceOf(InvalidInputException.class)
            .satisfies(e -> faults.add(e.getMessage()));
      }
    }
    assertThat(faults)
        .satisfiesExactly(
            f -> assertThat(f).startsWith("objects[y].inputs[0].position: -1 must be 0 to 1048576"),
            f -> assertThat(f).startsWith("roots[1].position: -1 must be 0 to 1048576"),
            f -> assertThat(f).startsWith("objects[y].inputs[0].position: 1048577 must be 0 to"),
            f -> assertThat(f).startsWith("roots[1].position: 1048577 must be 0 to"));
    io.resketch.v1.Computation.Builder leaf = message.toBuilder();
    leaf.getObjectsBuilder(0).setOwnWeight(0.5f);
    assertThatThrownBy(() -> Graphs.computation(leaf.build()))
        .hasMessageStartingWith("objects[x].ownWeight: 0.5 is given for an object without inputs");
    io.resketch.v1.Computation.Builder whole = message.toBuilder();
    whole.getObjectsBuilder(1).setOwnWeight(1);
    assertThatThrownBy(() -> Graphs.computation(whole.build()))
        .hasMessageStartingWith("objects[y].ownWeight: 1.0 must be above 0 and below 1");
  }
}
