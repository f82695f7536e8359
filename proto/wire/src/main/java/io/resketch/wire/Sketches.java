package io.resketch.wire;

import com.google.protobuf.ByteString;
import io.resketch.core.InvalidInputException;
import io.resketch.core.decode.Decoder;
import io.resketch.core.format.SketchImage;
import io.resketch.core.graph.Skeleton;
import io.resketch.core.sketch.Sketch;
import io.resketch.core.spec.Family;
import io.resketch.core.spec.Fingerprint;
import io.resketch.core.spec.SketchSpec;
import io.resketch.core.stats.CountMethod;
import io.resketch.core.stats.Estimate;
import io.resketch.core.stats.ModuleCount;
import io.resketch.core.stats.ModuleProfile;
import io.resketch.v1.Module;
import io.resketch.v1.ModuleEstimate;

/** Specs, sketches, module profiles and counts. */
public final class Sketches {
  private Sketches() {}

  /**
   * Reads a spec and checks its fingerprint where it carries one.
   *
   * @throws InvalidInputException if a parameter is out of range
   * @throws io.resketch.core.MismatchException if the fingerprint is that of another spec
   */
  public static SketchSpec spec(io.resketch.v1.SketchSpec message) {
    SketchSpec spec =
        new SketchSpec(
            message.getDimension(),
            family(message),
            message.getSeed(),
            message.hasTransparency()
                ? message.getTransparency()
                : SketchSpec.DEFAULT_TRANSPARENCY);
    if (!message.getFingerprint().isEmpty()) {
      Fingerprint given = Fingerprint.ofBytes(message.getFingerprint().toByteArray());
      if (!given.equals(spec.fingerprint())) {
        throw new io.resketch.core.MismatchException(
            io.resketch.core.MismatchException.Reason.FINGERPRINT_MISMATCH,
            "spec.fingerprint="
                + given
                + ": the parameters beside it have fingerprint "
                + spec.fingerprint()
                + "; leave the fingerprint out or correct the parameters");
      }
    }
    return spec;
  }

  private static Family family(io.resketch.v1.SketchSpec message) {
    Family family =
        switch (message.getFamily()) {
          case FAMILY_UNSPECIFIED, FAMILY_BLOCK_SPARSE ->
              new Family.BlockSparse(message.getBlocksPerColumn());
          case FAMILY_HADAMARD -> new Family.Hadamard();
          case FAMILY_DENSE -> new Family.Dense();
          case UNRECOGNIZED ->
              throw new InvalidInputException(
                  "spec.family",
                  message.getFamilyValue()
                      + " is unknown; use FAMILY_BLOCK_SPARSE (1), FAMILY_HADAMARD (2) or"
                      + " FAMILY_DENSE (3)");
        };
    if (!(family instanceof Family.BlockSparse) && message.getBlocksPerColumn() != 0) {
      throw new InvalidInputException(
          "spec.blocks_per_column",
          Integer.toUnsignedString(message.getBlocksPerColumn())
              + " must be 0: columns of "
              + family.label()
              + " have no blocks; leave it out");
    }
    return family;
  }

  /** Writes a spec with its fingerprint. */
  public static io.resketch.v1.SketchSpec spec(SketchSpec spec) {
    io.resketch.v1.SketchSpec.Builder out =
        io.resketch.v1.SketchSpec.newBuilder()
            .setFamily(io.resketch.v1.SketchSpec.Family.valueOf("FAMILY_" + spec.family().label()))
            .setDimension(spec.dimension())
            .setSeed(spec.seed())
            .setFingerprint(ByteString.copyFrom(spec.fingerprint().toBytes()));
    if (spec.transparency() != SketchSpec.DEFAULT_TRANSPARENCY) {
      out.setTransparency(spec.transparency());
    }
    if (spec.family() instanceof Family.BlockSparse blockSparse) {
      out.setBlocksPerColumn(blockSparse.blocksPerColumn());
    }
    return out.build();
  }

  /**
   * Reads and validates a sketch image.
   *
   * @throws InvalidInputException if the bytes are not a valid image
   */
  public static Sketch sketch(io.resketch.v1.Sketch message) {
    return SketchImage.read(message.getImage().toByteArray());
  }

  /** Writes a sketch as its image. */
  public static io.resketch.v1.Sketch sketch(Sketch sketch) {
    return io.resketch.v1.Sketch.newBuilder()
        .setImage(ByteString.copyFrom(SketchImage.write(sketch)))
        .build();
  }

  /**
   * Reads what is known of a module.
   *
   * @throws InvalidInputException if the name is empty
   */
  public static ModuleProfile module(Module message) {
    if (message.getName().isEmpty()) {
      throw new InvalidInputException("modules.name", "is empty; name the module");
    }
    return new ModuleProfile(
        message.getName(),
        message.getDimension(),
        message.getRootLeaf(),
        message.getRootInner(),
        message.getBelowRoot(),
        message.getLeafDepths(),
        message.getInnerDepths(),
        ownWeight(message),
        message.getPooled());
  }

  /** Where objects with inputs were seen before there were own weights, theirs was the default. */
  private static float ownWeight(Module message) {
    if (message.getOwnWeightsDiffer()) {
      return Float.NaN;
    }
    boolean placesUnknown =
        message.getBelowRoot() && message.getLeafDepths() == 0 && message.getInnerDepths() == 0;
    boolean inner = message.getRootInner() || message.getInnerDepths() != 0 || placesUnknown;
    return inner && message.getOwnWeight() == 0
        ? Skeleton.DEFAULT_OWN_WEIGHT
        : message.getOwnWeight();
  }

  /** Writes what is known of a module. */
  public static Module module(ModuleProfile profile) {
    return Module.newBuilder()
        .setName(profile.name())
        .setDimension(profile.dimension())
        .setRootLeaf(profile.rootLeaf())
        .setRootInner(profile.rootInner())
        .setBelowRoot(profile.belowRoot())
        .setLeafDepths(profile.leafDepths())
        .setInnerDepths(profile.innerDepths())
        .setOwnWeight(profile.ownWeightsDiffer() ? 0 : profile.ownWeight())
        .setOwnWeightsDiffer(profile.ownWeightsDiffer())
        .setPooled(profile.pooled())
        .build();
  }

  /** Writes a count; below the noise floor as not determined, with what was measured. */
  public static ModuleEstimate estimate(ModuleCount count) {
    Estimate answer = count.estimate();
    return ModuleEstimate.newBuilder()
        .setModule(count.module())
        .setCount(count.count())
        .setStandardError(count.standardError())
        .setDetermined(answer.determined())
        .setReason(answer.reason())
        .setMethod(
            count.method() == CountMethod.BLIND_DECODING
                ? ModuleEstimate.Method.METHOD_BLIND_DECODING
                : ModuleEstimate.Method.METHOD_LINEAR_FIT)
        .setSigns(Double.isFinite(count.signs()) ? count.signs() : 0)
        .build();
  }

  /** Reads a count as it was measured, also below the noise floor. */
  public static ModuleCount estimate(ModuleEstimate message) {
    boolean measured = message.getDetermined() || message.getStandardError() > 0;
    return new ModuleCount(
        message.getModule(),
        message.getCount(),
        message.getStandardError(),
        message.getSigns() > 0 ? message.getSigns() : Double.POSITIVE_INFINITY,
        measured,
        message.getReason(),
        message.getMethod() == ModuleEstimate.Method.METHOD_BLIND_DECODING
            ? CountMethod.BLIND_DECODING
            : CountMethod.LINEAR_FIT);
  }

  /**
   * Reads the choice of a decoder; unspecified is JOINT.
   *
   * @throws InvalidInputException if the number is unknown
   */
  public static Decoder decoder(io.resketch.v1.Decoder message) {
    return switch (message) {
      case DECODER_UNSPECIFIED, DECODER_JOINT -> Decoder.JOINT;
      case DECODER_MATCHED -> Decoder.MATCHED;
      case DECODER_SPARSE -> Decoder.SPARSE;
      case DECODER_SPARSE_NONNEGATIVE -> Decoder.SPARSE_NONNEGATIVE;
      case UNRECOGNIZED ->
          throw new InvalidInputException(
              "decoder",
              "the number is unknown; use DECODER_MATCHED (1), DECODER_JOINT (2), DECODER_SPARSE (3)"
                  + " or DECODER_SPARSE_NONNEGATIVE (4)");
    };
  }
}
