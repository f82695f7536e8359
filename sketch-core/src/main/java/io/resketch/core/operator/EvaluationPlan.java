package io.resketch.core.operator;

import io.resketch.core.graph.Skeleton;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * The order in which a graph is evaluated, as a list of steps over reusable vector slots: every
 * object once, depth-first from the roots, each slot given back after its last use. Run backwards,
 * the same steps and slots evaluate the adjoint. Immutable.
 */
final class EvaluationPlan {
  /** What a step does. */
  enum Kind {
    /** slot := s(object) of a leaf. */
    LEAF,
    /** slot += w · ½(I + R̂_position) source, with := instead for the first of a list. */
    ADD_INPUT,
    /** slot := s(object), from the tuple in source. */
    CLOSE,
    /** result += w · ½(I + R̂_position) source, with := instead for the first. */
    ADD_ROOT
  }

  /**
   * @param object object number, −1 where the step has none
   * @param slot slot written, −1 for the result
   * @param source slot read, −1 where the step has none
   * @param ownWeight of CLOSE: share of the object's own attributes
   * @param first whether it is the first of its list
   * @param lastUse whether {@code source} is not read again
   */
  record Step(
      Kind kind,
      int object,
      int slot,
      int source,
      int position,
      float weight,
      float ownWeight,
      boolean first,
      boolean lastUse) {
    /** Of the two transparent operators of CLOSE: half the share of the object's own attributes. */
    float ownScale() {
      return 0.5f * ownWeight;
    }

    /** Half the share of its inputs. */
    float inputsScale() {
      return 0.5f * (1f - ownWeight);
    }
  }

  private final Step[] steps;
  private final int slots;

  private EvaluationPlan(Step[] steps, int slots) {
    this.steps = steps;
    this.slots = slots;
  }

  Step[] steps() {
    return steps;
  }

  /** Number of vector slots needed. */
  int slots() {
    return slots;
  }

  /** R̂ of every step; null for the steps of leaves, which have none. */
  TupleOperator[] rotations(Operators operators) {
    TupleOperator[] out = new TupleOperator[steps.length];
    for (int i = 0; i < out.length; i++) {
      out[i] =
          switch (steps[i].kind()) {
            case ADD_INPUT, ADD_ROOT -> operators.position(steps[i].position());
            case CLOSE -> operators.ownInputs();
            case LEAF -> null;
          };
    }
    return out;
  }

  static EvaluationPlan of(Skeleton skeleton) {
    return new Compiler(skeleton).compile();
  }

  private static final class Compiler {
    private final Skeleton skeleton;
    private final int[] usesLeft;
    private final int[] slotOf;
    private final Step[] steps;
    private int stepCount;
    private final Deque<Integer> free = new ArrayDeque<>();
    private int slots;

    Compiler(Skeleton skeleton) {
      this.skeleton = skeleton;
      this.usesLeft = new int[skeleton.size()];
      this.slotOf = new int[skeleton.size()];
      Arrays.fill(slotOf, -1);
      int edges = skeleton.rootCount();
      for (int k = 0; k < skeleton.rootCount(); k++) {
        usesLeft[skeleton.root(k)]++;
      }
      for (int i = 0; i < skeleton.size(); i++) {
        edges += skeleton.inputCount(i);
        for (int k = 0; k < skeleton.inputCount(i); k++) {
          usesLeft[skeleton.input(i, k)]++;
        }
      }
      this.steps = new Step[edges + skeleton.size()];
    }

    EvaluationPlan compile() {
      for (int k = 0; k < skeleton.rootCount(); k++) {
        evaluate(skeleton.root(k));
        use(
            Kind.ADD_ROOT,
            -1,
            -1,
            skeleton.root(k),
            k,
            skeleton.rootPosition(k),
            skeleton.rootWeight(k));
      }
      return new EvaluationPlan(Arrays.copyOf(steps, stepCount), slots);
    }

    /**
     * An object under evaluation: its tuple's slot once it has one, and the input to take up next.
     */
    private static final class Frame {
      final int object;
      int tupleSlot = -1;
      int next;

      Frame(int object) {
        this.object = object;
      }
    }

    private void evaluate(int start) {
      Deque<Frame> stack = new ArrayDeque<>();
      enter(start, stack);
      while (!stack.isEmpty()) {
        Frame frame = stack.peek();
        int object = frame.object;
        if (frame.next == skeleton.inputCount(object)) {
          int slot = allocate();
          float own = skeleton.ownWeight(object);
          add(new Step(Kind.CLOSE, object, slot, frame.tupleSlot, 0, 0, own, false, true));
          free.push(frame.tupleSlot);
          slotOf[object] = slot;
          stack.pop();
          continue;
        }
        int child = skeleton.input(object, frame.next);
        if (slotOf[child] < 0) {
          enter(child, stack);
          continue;
        }
        if (frame.tupleSlot
            < 0) { // not before the first input is there: deep chains need few slots
          frame.tupleSlot = allocate();
        }
        use(
            Kind.ADD_INPUT,
            object,
            frame.tupleSlot,
            child,
            frame.next,
            skeleton.position(object, frame.next),
            skeleton.weight(object, frame.next));
        frame.next++;
      }
    }

    private void enter(int object, Deque<Frame> stack) {
      if (slotOf[object] >= 0) {
        return;
      }
      if (skeleton.inputCount(object) == 0) {
        slotOf[object] = allocate();
        add(new Step(Kind.LEAF, object, slotOf[object], -1, 0, 0, 1, false, false));
      } else {
        stack.push(new Frame(object));
      }
    }

    private void use(
        Kind kind, int object, int slot, int child, int index, int position, float weight) {
      boolean last = --usesLeft[child] == 0;
      add(new Step(kind, object, slot, slotOf[child], position, weight, 0, index == 0, last));
      if (last) {
        free.push(slotOf[child]);
      }
    }

    private int allocate() {
      return free.isEmpty() ? slots++ : free.pop();
    }

    private void add(Step step) {
      steps[stepCount++] = step;
    }
  }
}
