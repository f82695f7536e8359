package io.resketch.client.files;

import io.resketch.core.spec.Fingerprint;
import io.resketch.core.spec.SketchSpec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a file of sketches says of their spec: by itself, or by the {@link SpecFile} beside it.
 *
 * @param images whether it holds images, else it is a matrix
 * @param columns of a matrix, 0 for images
 * @param dimension of the spec, 0 if it is not known
 * @param fingerprint of the first sketch, if it is known
 * @param spec if it is known
 * @param told the file that says it
 * @param lengthRecorded whether the file says how many sketches it holds
 */
public record SketchSource(
    boolean images,
    int columns,
    int dimension,
    Optional<Fingerprint> fingerprint,
    Optional<SketchSpec> spec,
    Path told,
    boolean lengthRecorded) {
  /**
   * Reads what is told of a file.
   *
   * @throws InputFileException if the file is cut off or no file of sketches, or what stands beside
   *     it is of another
   */
  public static SketchSource of(Path file) throws IOException {
    Optional<SpecFile> beside = SpecFile.readBeside(file);
    return SketchReader.holdsImages(file) ? ofImages(file, beside) : ofMatrix(file, beside);
  }

  private static SketchSource ofImages(Path file, Optional<SpecFile> beside) throws IOException {
    ImageFileLayout layout = ImageFileLayout.of(file);
    Path told = file;
    Optional<SketchSpec> spec = layout.spec();
    if (beside.isPresent() && layout.fingerprint().isPresent()) {
      if (!beside.get().fingerprint().equals(layout.fingerprint().get())) {
        throw new InputFileException(
            SpecFile.beside(file),
            "is of fingerprint "
                + beside.get().fingerprint()
                + ", but "
                + file
                + " of "
                + layout.fingerprint().get()
                + "; delete it, or put the right one there");
      }
      if (spec.isEmpty()) {
        spec = beside.get().spec();
        told = SpecFile.beside(file);
      }
    }
    return new SketchSource(
        true, 0, layout.dimension(), layout.fingerprint(), spec, told, layout.lengthRecorded());
  }

  private static SketchSource ofMatrix(Path file, Optional<SpecFile> beside) throws IOException {
    try (NpyReader in = new NpyReader(file)) {
      if (beside.isPresent()) {
        beside.get().requireOf(file, beside.get().fingerprint(), in.rows(), in.columns());
      }
      return new SketchSource(
          false,
          in.columns(),
          beside.map(SpecFile::dimension).orElse(0),
          beside.map(SpecFile::fingerprint),
          beside.flatMap(SpecFile::spec),
          SpecFile.beside(file),
          true);
    }
  }
}
