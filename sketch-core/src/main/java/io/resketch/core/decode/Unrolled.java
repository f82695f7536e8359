package io.resketch.core.decode;

import io.resketch.core.graph.Computation;
import io.resketch.core.sketch.Sketch;

/**
 * One object taken out of a sketch. Immutable.
 *
 * @param part the object and all it was computed from, with the recovered attributes, as a
 *     computation whose only root it is
 * @param object number of the object in {@code part}
 * @param standardError standard error of one attribute value of the object, the root mean square
 *     over its attributes; infinite where the sketch holds too little of it
 * @param sketch the sketch of {@code part}, of full length and mass 1: comparable with every sketch
 *     of the same spec
 * @param sketchError expected distance of {@code sketch} from that of the true part, over its norm;
 *     follows from the standard errors of all attributes in {@code part}, where these are infinite
 *     from attribute vectors of norm 1
 */
public record Unrolled(
    Computation part, int object, double standardError, Sketch sketch, double sketchError) {

  /** Recovered attributes of the object, a new array. */
  public float[] attributes() {
    return part.attributes(object).toArray();
  }
}
