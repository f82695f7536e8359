package io.resketch.wire;

import com.google.protobuf.ByteString;
import io.resketch.core.InvalidInputException;
import io.resketch.core.recovery.RecoveredNetwork;
import io.resketch.core.recovery.RecoveredNetwork.Edge;
import io.resketch.core.recovery.RecoveredNetwork.HiddenObject;
import io.resketch.v1.RecoveredEdge;
import io.resketch.v1.RecoveredObject;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/** Recovered networks. Codes of pairs do not travel. */
public final class Networks {
  private Networks() {}

  /** Writes a network, its arrays rounded to float32, without name, corpus, stages and times. */
  public static io.resketch.v1.RecoveredNetwork network(RecoveredNetwork network) {
    int d = network.dimension();
    ByteBuffer dictionary = floats((long) network.columns() * d);
    network.dictionary().forEach(column -> put(column, dictionary));
    ByteBuffer offset = floats(d);
    put(network.offset(), offset);
    io.resketch.v1.RecoveredNetwork.Builder out =
        io.resketch.v1.RecoveredNetwork.newBuilder()
            .setDimension(d)
            .addAllInputSizes(network.inputSizes())
            .setColumnCount(network.columns())
            .setDictionary(ByteString.copyFrom(dictionary.flip()))
            .setOffset(ByteString.copyFrom(offset.flip()))
            .setExactColumnCount(network.snapped())
            .setHeldOutRelativeError(network.heldOutRelativeError())
            .addAllUnidentified(network.unidentified());
    network.objects().forEach(object -> out.addObjects(object(object, network)));
    return out.build();
  }

  private static ByteBuffer floats(long count) {
    long bytes = count * Float.BYTES;
    if (bytes > Integer.MAX_VALUE) {
      throw new InvalidInputException(
          "dictionary", bytes + " bytes are more than a message can hold, 2^31 - 1");
    }
    return ByteBuffer.allocate((int) bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private static void put(double[] values, ByteBuffer out) {
    for (double value : values) {
      out.putFloat((float) value);
    }
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
   * Reads a network that came with its arrays. Its codes are of no pair: n rows of no values.
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
        dictionary,
        take(floats("offset", message.getOffset(), d), d),
        IntStream.range(0, n).mapToObj(j -> new double[0]).toList(),
        objects(message),
        List.copyOf(message.getUnidentifiedList()),
        message.getExactColumnCount(),
        message.getHeldOutRelativeError());
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
      for (RecoveredEdge edge : object.getInputsList()) {
        edges.add(new Edge(source(field, edge, inputObjects, sources), edge.getConfidence()));
      }
      out.add(
          new HiddenObject(
              object.getId(), List.copyOf(object.getColumnsList()), object.getLevel(), edges));
    }
    return out;
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
