package io.resketch.benchmarks;

import io.resketch.core.graph.Attributes;
import io.resketch.core.graph.Computation;
import io.resketch.core.graph.Skeleton;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A computation as the C program of {@code benchmarks/native} reads it: little-endian 32-bit words,
 * strings behind their length. Names and values only; every random operator the C program derives
 * itself.
 */
final class GraphFile {
  private GraphFile() {}

  /**
   * Number of objects; per object its module's name, its attributes, its own weight, its inputs as
   * (object number, weight, position); then the roots likewise.
   */
  static void write(Path file, Computation computation) throws IOException {
    Skeleton skeleton = computation.skeleton();
    ByteBuffer out = ByteBuffer.allocate(size(skeleton)).order(ByteOrder.LITTLE_ENDIAN);
    out.putInt(skeleton.size());
    for (int i = 0; i < skeleton.size(); i++) {
      byte[] module = skeleton.module(i).getBytes(StandardCharsets.UTF_8);
      out.putInt(module.length).put(module);
      Attributes x = computation.attributes(i);
      out.putInt(x.dimension());
      for (float value : x.toArray()) {
        out.putFloat(value);
      }
      out.putFloat(skeleton.ownWeight(i));
      out.putInt(skeleton.inputCount(i));
      for (int k = 0; k < skeleton.inputCount(i); k++) {
        out.putInt(skeleton.input(i, k)).putFloat(skeleton.weight(i, k));
        out.putInt(skeleton.position(i, k));
      }
    }
    out.putInt(skeleton.rootCount());
    for (int k = 0; k < skeleton.rootCount(); k++) {
      out.putInt(skeleton.root(k)).putFloat(skeleton.rootWeight(k));
      out.putInt(skeleton.rootPosition(k));
    }
    Files.write(file, out.array());
  }

  private static int size(Skeleton skeleton) {
    int words = 2 + skeleton.totalDimension() + 3 * skeleton.rootCount();
    int bytes = 0;
    for (int i = 0; i < skeleton.size(); i++) {
      words += 4 + 3 * skeleton.inputCount(i);
      bytes += skeleton.module(i).getBytes(StandardCharsets.UTF_8).length;
    }
    return 4 * words + bytes;
  }
}
