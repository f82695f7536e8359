package io.resketch.core.graph;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The bytes that {@link Skeleton#canonicalBytes()} specifies. */
final class CanonicalForm {
  private final Skeleton skeleton;
  private final ByteBuffer out;

  private CanonicalForm(Skeleton skeleton, int length) {
    this.skeleton = skeleton;
    this.out = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
  }

  static byte[] of(Skeleton skeleton) {
    List<byte[]> names = new ArrayList<>();
    boolean plain = skeleton.isPlain();
    int length = 4 + 4 + 8 + skeleton.rootCount() * (plain ? 8 : 12);
    for (int i = 0; i < skeleton.size(); i++) {
      byte[] id = skeleton.id(i).getBytes(StandardCharsets.UTF_8);
      byte[] module = skeleton.module(i).getBytes(StandardCharsets.UTF_8);
      names.add(id);
      names.add(module);
      int inputs = skeleton.inputCount(i);
      int edges = plain ? inputs * 8 : 4 + inputs * 12;
      length = Math.addExact(length, 16 + id.length + module.length + edges);
    }
    CanonicalForm form = new CanonicalForm(skeleton, length);
    form.putGraph(names);
    if (!plain) {
      form.putPlaces();
    }
    return form.out.array();
  }

  private void putGraph(List<byte[]> names) {
    out.putInt(skeleton.size());
    for (int i = 0; i < skeleton.size(); i++) {
      byte[] id = names.get(2 * i);
      byte[] module = names.get(2 * i + 1);
      out.putInt(id.length).put(id).putInt(module.length).put(module);
      out.putInt(skeleton.dimension(i)).putInt(skeleton.inputCount(i));
      for (int k = 0; k < skeleton.inputCount(i); k++) {
        out.putInt(skeleton.input(i, k)).putFloat(skeleton.weight(i, k));
      }
    }
    out.putInt(skeleton.rootCount());
    for (int k = 0; k < skeleton.rootCount(); k++) {
      out.putInt(skeleton.root(k)).putFloat(skeleton.rootWeight(k));
    }
    out.putDouble(skeleton.mass());
  }

  private void putPlaces() {
    for (int i = 0; i < skeleton.size(); i++) {
      out.putFloat(skeleton.ownWeight(i));
      for (int k = 0; k < skeleton.inputCount(i); k++) {
        out.putInt(skeleton.position(i, k));
      }
    }
    for (int k = 0; k < skeleton.rootCount(); k++) {
      out.putInt(skeleton.rootPosition(k));
    }
  }
}
