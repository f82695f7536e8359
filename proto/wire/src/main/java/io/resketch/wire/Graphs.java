package io.resketch.wire;

import com.google.protobuf.ByteString;
import io.resketch.core.InvalidInputException;
import io.resketch.core.decode.Decoded;
import io.resketch.core.decode.ObjectGroup;
import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.graph.WeightedInput;
import io.resketch.v1.DecodedComputation;
import io.resketch.v1.DecodedObject;
import io.resketch.v1.DenseAttributes;
import io.resketch.v1.PackedAttributes;
import io.resketch.v1.SkeletonObject;
import io.resketch.v1.SketchObject;
import io.resketch.v1.SparseAttributes;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** Computations, skeletons and decoded computations. */
public final class Graphs {
  private Graphs() {}

  /**
   * Reads a computation.
   *
   * @throws InvalidInputException naming the object and field, if a rule of the message is broken
   */
  public static Computation computation(io.resketch.v1.Computation message) {
    Computation.Builder builder = Computation.builder();
    for (SketchObject object : message.getObjectsList()) {
      Attributes attributes;
      try {
        attributes = attributes(object.getAttributes());
      } catch (InvalidInputException e) {
        throw within(object.getId(), e);
      }
      List<WeightedInput> inputs = inputs(object.getId(), object.getInputsList());
      if (object.hasOwnWeight()) {
        builder.object(
            object.getId(), object.getModule(), attributes, inputs, object.getOwnWeight());
      } else {
        builder.object(object.getId(), object.getModule(), attributes, inputs);
      }
    }
    roots(message.getRootsList(), message.getPlacedRootsList()).forEach(builder::root);
    if (message.hasMass()) {
      builder.mass(message.getMass());
    }
    return builder.build();
  }

  private static InvalidInputException within(String id, InvalidInputException e) {
    String description = e.getMessage().substring(e.field().length() + 2);
    return new InvalidInputException("objects[" + id + "]." + e.field(), description);
  }

  /** Writes a computation, attributes packed where dense. */
  public static io.resketch.v1.Computation computation(Computation computation) {
    Skeleton skeleton = computation.skeleton();
    io.resketch.v1.Computation.Builder out = io.resketch.v1.Computation.newBuilder();
    for (int i = 0; i < skeleton.size(); i++) {
      SketchObject.Builder object =
          SketchObject.newBuilder()
              .setId(skeleton.id(i))
              .setModule(skeleton.module(i))
              .setAttributes(attributes(computation.attributes(i)))
              .addAllInputs(inputs(skeleton, i));
      if (statesOwnWeight(skeleton, i)) {
        object.setOwnWeight(skeleton.ownWeight(i));
      }
      out.addObjects(object);
    }
    if (skeleton.isPlain()) {
      out.addAllRoots(roots(skeleton));
    } else {
      out.addAllPlacedRoots(roots(skeleton));
    }
    return out.setMass(skeleton.mass()).build();
  }

  /**
   * Reads a skeleton.
   *
   * @throws InvalidInputException naming the object and field, if a rule of the message is broken
   */
  public static Skeleton skeleton(io.resketch.v1.Skeleton message) {
    Skeleton.Builder builder = Skeleton.builder();
    for (SkeletonObject object : message.getObjectsList()) {
      List<WeightedInput> inputs = inputs(object.getId(), object.getInputsList());
      if (object.hasOwnWeight()) {
        builder.object(
            object.getId(),
            object.getModule(),
            object.getDimension(),
            inputs,
            object.getOwnWeight());
      } else {
        builder.object(object.getId(), object.getModule(), object.getDimension(), inputs);
      }
    }
    roots(message.getRootsList(), message.getPlacedRootsList()).forEach(builder::root);
    if (message.hasMass()) {
      builder.mass(message.getMass());
    }
    return builder.build();
  }

  /** Writes a skeleton, without id, time and labels of a run. */
  public static io.resketch.v1.Skeleton skeleton(Skeleton skeleton) {
    io.resketch.v1.Skeleton.Builder out = io.resketch.v1.Skeleton.newBuilder();
    for (int i = 0; i < skeleton.size(); i++) {
      SkeletonObject.Builder object =
          SkeletonObject.newBuilder()
              .setId(skeleton.id(i))
              .setModule(skeleton.module(i))
              .setDimension(skeleton.dimension(i))
              .addAllInputs(inputs(skeleton, i));
      if (statesOwnWeight(skeleton, i)) {
        object.setOwnWeight(skeleton.ownWeight(i));
      }
      out.addObjects(object);
    }
    if (skeleton.isPlain()) {
      out.addAllRoots(roots(skeleton));
    } else {
      out.addAllPlacedRoots(roots(skeleton));
    }
    return out.setMass(skeleton.mass()).build();
  }

  /**
   * Writes a decoded computation, attributes dense, without id, time and labels of the run. Objects
   * of a group have no attributes of their own.
   */
  public static DecodedComputation decoded(Decoded decoded) {
    Skeleton skeleton = decoded.skeleton();
    DecodedComputation.Builder out = DecodedComputation.newBuilder();
    Set<Integer> grouped =
        decoded.groups().stream()
            .flatMap(group -> group.members().stream())
            .collect(Collectors.toSet());
    for (int i = 0; i < skeleton.size(); i++) {
      DecodedObject.Builder object =
          DecodedObject.newBuilder()
              .setId(skeleton.id(i))
              .setModule(skeleton.module(i))
              .addAllInputs(inputs(skeleton, i))
              .setStandardError(decoded.standardError(i))
              .setDetermined(decoded.determined(i));
      if (!grouped.contains(i)) {
        object.setAttributes(dense(decoded.attributes(i)));
      }
      if (statesOwnWeight(skeleton, i)) {
        object.setOwnWeight(skeleton.ownWeight(i));
      }
      out.addObjects(object);
    }
    for (ObjectGroup group : decoded.groups()) {
      out.addGroups(
          io.resketch.v1.ObjectGroup.newBuilder()
              .addAllMembers(group.members().stream().map(skeleton::id).toList())
              .addAllWeights(group.weights())
              .setSum(dense(group.sum()))
              .setStandardError(group.standardError())
              .setDetermined(group.determined()));
    }
    return out.addAllRoots(roots(skeleton)).setRelativeResidual(decoded.relativeResidual()).build();
  }

  private static Attributes attributes(io.resketch.v1.Attributes message) {
    return switch (message.getFormCase()) {
      case DENSE -> Attributes.dense(floats(message.getDense().getValuesList()));
      case SPARSE -> {
        SparseAttributes sparse = message.getSparse();
        int[] indices = sparse.getIndicesList().stream().mapToInt(Integer::intValue).toArray();
        yield Attributes.sparse(sparse.getDimension(), indices, floats(sparse.getValuesList()));
      }
      case PACKED -> packed(message.getPacked());
      case FORM_NOT_SET -> Attributes.none();
    };
  }

  private static Attributes packed(PackedAttributes packed) {
    if (packed.getEncoding() != PackedAttributes.Encoding.ENCODING_F32) {
      throw new InvalidInputException(
          "attributes.packed.encoding",
          packed.getEncodingValue() + " is unknown; use ENCODING_F32 (1)");
    }
    ByteString data = packed.getData();
    if (data.size() % Float.BYTES != 0) {
      throw new InvalidInputException(
          "attributes.packed.data",
          data.size() + " bytes; four bytes a value make a multiple of 4");
    }
    FloatBuffer in = data.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    float[] values = new float[in.remaining()];
    in.get(values);
    return Attributes.dense(values);
  }

  private static io.resketch.v1.Attributes attributes(Attributes attributes) {
    io.resketch.v1.Attributes.Builder out = io.resketch.v1.Attributes.newBuilder();
    if (attributes instanceof Attributes.Sparse) {
      SparseAttributes.Builder sparse =
          SparseAttributes.newBuilder().setDimension(attributes.dimension());
      for (int i = 0; i < attributes.entries(); i++) {
        sparse.addIndices(attributes.index(i)).addValues(attributes.value(i));
      }
      return out.setSparse(sparse).build();
    }
    java.nio.ByteBuffer data =
        java.nio.ByteBuffer.allocate(attributes.dimension() * Float.BYTES)
            .order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < attributes.dimension(); i++) {
      data.putFloat(attributes.value(i));
    }
    return out.setPacked(
            PackedAttributes.newBuilder()
                .setEncoding(PackedAttributes.Encoding.ENCODING_F32)
                .setData(ByteString.copyFrom(data.flip())))
        .build();
  }

  private static float[] floats(List<Float> list) {
    float[] out = new float[list.size()];
    for (int i = 0; i < out.length; i++) {
      out[i] = list.get(i);
    }
    return out;
  }

  private static io.resketch.v1.Attributes dense(float[] values) {
    DenseAttributes.Builder out = DenseAttributes.newBuilder();
    for (float value : values) {
      out.addValues(value);
    }
    return io.resketch.v1.Attributes.newBuilder().setDense(out).build();
  }

  private static boolean statesOwnWeight(Skeleton skeleton, int i) {
    return skeleton.ownWeight(i) != Skeleton.DEFAULT_OWN_WEIGHT;
  }

  private static List<WeightedInput> inputs(
      String id, List<io.resketch.v1.WeightedInput> messages) {
    return list("objects[" + id + "].inputs", messages);
  }

  private static List<WeightedInput> roots(
      List<io.resketch.v1.WeightedInput> roots, List<io.resketch.v1.WeightedInput> placed) {
    if (!roots.isEmpty() && !placed.isEmpty()) {
      throw new InvalidInputException(
          "placed_roots", "is given beside roots; give the roots in one of the two");
    }
    return list("roots", placed.isEmpty() ? roots : placed);
  }

  private static List<WeightedInput> list(
      String field, List<io.resketch.v1.WeightedInput> messages) {
    List<WeightedInput> out = new ArrayList<>(messages.size());
    for (io.resketch.v1.WeightedInput message : messages) {
      int position = message.hasPosition() ? message.getPosition() : WeightedInput.INDEX;
      if (message.hasPosition() && position < 0) {
        throw new InvalidInputException(
            field + "[" + out.size() + "].position",
            position + " must be 0 to " + WeightedInput.MAX_POSITION);
      }
      out.add(new WeightedInput(message.getObject(), message.getWeight(), position));
    }
    return out;
  }

  private static List<io.resketch.v1.WeightedInput> inputs(Skeleton skeleton, int object) {
    List<io.resketch.v1.WeightedInput> out = new ArrayList<>();
    for (int k = 0; k < skeleton.inputCount(object); k++) {
      int position = skeleton.position(object, k);
      out.add(input(skeleton, skeleton.input(object, k), skeleton.weight(object, k), position, k));
    }
    return out;
  }

  private static List<io.resketch.v1.WeightedInput> roots(Skeleton skeleton) {
    List<io.resketch.v1.WeightedInput> out = new ArrayList<>();
    for (int k = 0; k < skeleton.rootCount(); k++) {
      int position = skeleton.rootPosition(k);
      out.add(input(skeleton, skeleton.root(k), skeleton.rootWeight(k), position, k));
    }
    return out;
  }

  private static io.resketch.v1.WeightedInput input(
      Skeleton skeleton, int object, float weight, int position, int index) {
    io.resketch.v1.WeightedInput.Builder out =
        io.resketch.v1.WeightedInput.newBuilder().setObject(skeleton.id(object)).setWeight(weight);
    if (position != index) {
      out.setPosition(position);
    }
    return out.build();
  }
}
