"""Sketches written from the text of docs/mechanism.md alone, to check implementations against."""

from resketch_reference.encoding import Encoding
from resketch_reference.graph import Computation
from resketch_reference.image import StoredSketch, read_image
from resketch_reference.sketch import Sketcher, sketch
from resketch_reference.spec import BlockSparse, Hadamard, SketchSpec

__all__ = [
    "BlockSparse",
    "Computation",
    "Encoding",
    "Hadamard",
    "SketchSpec",
    "Sketcher",
    "StoredSketch",
    "read_image",
    "sketch",
]
