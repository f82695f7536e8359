package io.resketch.wire;

import com.google.protobuf.ByteString;
import io.resketch.core.InvalidInputException;
import io.resketch.core.recovery.ObjectFunction;
import io.resketch.core.recovery.RecoveredNetwork;
import io.resketch.core.recovery.RecoveredNetwork.Edge;
import io.resketch.core.recovery.RecoveredNetwork.HiddenObject;
import io.resketch.core.recovery.SetAside;
import io.resketch.v1.RecoveredEdge;
import io.resketch.v1.RecoveredFunction;
import io.resketch.v1.RecoveredObject;
import io.resketch.v1.SetAsidePairs;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/** Recovered networks. Codes of pairs do not travel. */
public final class Networks {
  private Networks() {}

  /** Writes a network, its arrays rounded to float32, without name, corpus, stages and times. */
  public static io.resketch.v1.RecoveredNetwork network(RecoveredNetwork network) {
    int d = network.dimension();
    io.resketch.v1.RecoveredNetwork.Builder out =
        io.resketch.v1.RecoveredNetwork.newBuilder()
            .setDimension(d)
            .addAllInputSizes(network.inputSizes())
            .setColumnCount(network.columns())
            .setInputLengths(bytes("input_lengths", network.inputScales()))
            .setDictionary(bytes("dictionary", network.dictionary().toArray(double[][]::new)))
            .setOffset(bytes("offset", network.offset()))
            .setExactColumnCount(network.snapped())
            .setHeldOutRelativeError(network.heldOutRelativeError())
            .addAllUnidentified(network.unidentified())
            .setSummary(network.summary());
    network.setAside().forEach(some -> out.addSetAside(setAside(some)));
    network.heldOutPredictionRelativeError().ifPresent(out::setHeldOutPredictionRelativeError);
    for (HiddenObject object : network.objects()) {
      out.addObjects(object(object, network));
      object.function().ifPresent(known -> out.addFunctions(function(object.id(), known)));
    }
    return out.build();
  }

  private static SetAsidePairs setAside(SetAside some) {
    SetAsidePairs.Builder out =
        SetAsidePairs.newBuilder().setReason(some.reason()).setPairCount(some.count());
    some.rows().forEach(out::addRows);
    return out.build();
  }

  private static SetAside setAside(SetAsidePairs message) {
    return new SetAside(
        message.getReason(),
        Math.toIntExact(message.getPairCount()),
        message.getRowsList().stream().map(Math::toIntExact).toList());
  }

  private static ByteString bytes(String field, double[]... rows) {
    long bytes = 0;
    for (double[] row : rows) {
      bytes += (long) row.length * Float.BYTES;
    }
    if (bytes > Integer.MAX_VALUE) {
      throw new InvalidInputException(
          field, bytes + " bytes are more than a message can hold, 2^31 - 1");
    }
    ByteBuffer out = ByteBuffer.allocate((int) bytes).order(ByteOrder.LITTLE_ENDIAN);
    for (double[] row : rows) {
      for (double value : row) {
        out.putFloat((float) value);
      }
    }
    return ByteString.copyFrom(out.flip());
  }

  private static RecoveredFunction function(String object, ObjectFunction function) {
    return RecoveredFunction.newBuilder()
        .setObject(object)
        .setMap(bytes("map", function.map()))
        .setScales(bytes("scales", function.scales()))
        .setKept(function.kept())
        .setRectified(function.rectified())
        .setUnit(function.unit())
        .setHeldOutRelativeError(function.heldOutRelativeError())
        .setSameActive(function.sameActive())
        .build();
  }

  private static RecoveredObject object(HiddenObject object, RecoveredNetwork network) {
    int inputObjects = network.inputSizes().size();
    RecoveredObject.Builder out =
        RecoveredObject.newBuilder()
            .setId(object.id())
            .addAllColumns(object.columns())
            .setLevel(object.level());
    for (Edge edge : object.inputs()) {
      RecoveredEdge.Builder message = RecoveredEdge.newBuilder().setConfidence(edge.confidence());
      if (edge.source() < inputObjects) {
        message.setInput(edge.source());
      } else {
        message.setObject(network.objects().get(edge.source() - inputObjects).id());
      }
      out.addInputs(message);
    }
    return out.build();
  }

  /**
   * Reads a network that came with its arrays. It has no codes of pairs.
   *
   * @throws InvalidInputException naming the field, if sizes do not agree or an edge leads nowhere
   */
  public static RecoveredNetwork network(io.resketch.v1.RecoveredNetwork message) {
    int d = message.getDimension();
    int n = message.getColumnCount();
    if (d < 1) {
      throw new InvalidInputException("dimension", d + " must be at least 1");
    }
    int inputs = message.getInputSizesList().stream().mapToInt(Integer::intValue).sum();
    if (n < inputs) {
      throw new InvalidInputException(
          "column_count", n + " must be at least the sum of input_sizes, " + inputs);
    }
    FloatBuffer columns = floats("dictionary", message.getDictionary(), (long) n * d);
    List<double[]> dictionary = new ArrayList<>(n);
    for (int j = 0; j < n; j++) {
      dictionary.add(take(columns, d));
    }
    return new RecoveredNetwork(
        d,
        List.copyOf(message.getInputSizesList()),
        take(floats("input_lengths", message.getInputLengths(), inputs), inputs),
        dictionary,
        take(floats("offset", message.getOffset(), d), d),
        List.of(),
        objects(message),
        List.copyOf(message.getUnidentifiedList()),
        message.getExactColumnCount(),
        message.getHeldOutRelativeError(),
        message.hasHeldOutPredictionRelativeError()
            ? OptionalDouble.of(message.getHeldOutPredictionRelativeError())
            : OptionalDouble.empty(),
        message.getSetAsideList().stream().map(Networks::setAside).toList());
  }

  private static FloatBuffer floats(String field, ByteString data, long count) {
    if (data.size() != count * Float.BYTES) {
      throw new InvalidInputException(
          field, data.size() + " bytes are not " + count + " floats; ask for the arrays, too");
    }
    return data.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
  }

  private static double[] take(FloatBuffer values, int count) {
    double[] out = new double[count];
    for (int i = 0; i < count; i++) {
      out[i] = values.get();
    }
    return out;
  }

  private static List<HiddenObject> objects(io.resketch.v1.RecoveredNetwork message) {
    int inputObjects = message.getInputSizesCount();
    Map<String, Integer> sources = new HashMap<>();
    for (RecoveredObject object : message.getObjectsList()) {
      sources.put(object.getId(), inputObjects + sources.size());
    }
    if (sources.size() < message.getObjectsCount()) {
      throw new InvalidInputException("objects.id", "two objects have the same");
    }
    Map<String, RecoveredFunction> functions = new HashMap<>();
    message.getFunctionsList().forEach(function -> functions.put(function.getObject(), function));
    List<HiddenObject> out = new ArrayList<>();
    for (RecoveredObject object : message.getObjectsList()) {
      String field = "objects[" + object.getId() + "].";
      for (int column : object.getColumnsList()) {
        if (column < 0 || column >= message.getColumnCount()) {
          throw new InvalidInputException(
              field + "columns", Integer.toUnsignedString(column) + " is no column");
        }
      }
      List<Edge> edges = new ArrayList<>();
      int width = 0;
      for (RecoveredEdge edge : object.getInputsList()) {
        int source = source(field, edge, inputObjects, sources);
        edges.add(new Edge(source, edge.getConfidence()));
        width +=
            source < inputObjects
                ? message.getInputSizes(source)
                : message.getObjects(source - inputObjects).getColumnsCount();
      }
      out.add(
          new HiddenObject(
              object.getId(),
              List.copyOf(object.getColumnsList()),
              object.getLevel(),
              edges,
              function(
                  Optional.ofNullable(functions.get(object.getId())),
                  object.getColumnsCount(),
                  width)));
    }
    return out;
  }

  private static Optional<ObjectFunction> function(
      Optional<RecoveredFunction> message, int attributes, int width) {
    if (message.isEmpty()) {
      return Optional.empty();
    }
    RecoveredFunction function = message.get();
    String field = "functions[" + function.getObject() + "].";
    FloatBuffer values = floats(field + "map", function.getMap(), (long) attributes * width);
    double[][] map = new double[attributes][];
    for (int j = 0; j < attributes; j++) {
      map[j] = take(values, width);
    }
    if (function.getKept() < 1 || function.getKept() > attributes) {
      throw new InvalidInputException(
          field + "kept",
          Integer.toUnsignedString(function.getKept()) + " must be 1 to " + attributes);
    }
    return Optional.of(
        new ObjectFunction(
            map,
            take(floats(field + "scales", function.getScales(), attributes), attributes),
            function.getKept(),
            function.getRectified(),
            function.getUnit(),
            function.getHeldOutRelativeError(),
            function.getSameActive()));
  }

  private static int source(
      String field, RecoveredEdge edge, int inputObjects, Map<String, Integer> sources) {
    if (edge.hasObject()) {
      Integer at = sources.get(edge.getObject());
      if (at == null) {
        throw new InvalidInputException(
            field + "inputs", "\"" + edge.getObject() + "\" is no object");
      }
      return at;
    }
    if (!edge.hasInput() || edge.getInput() < 0 || edge.getInput() >= inputObjects) {
      throw new InvalidInputException(
          field + "inputs",
          Integer.toUnsignedString(edge.getInput()) + " must be below " + inputObjects);
    }
    return edge.getInput();
  }
}
