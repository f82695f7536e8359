"""Sketches written from the text of docs/mechanism.md alone, to check implementations against."""

from resketch_reference.graph import Computation
from resketch_reference.image import image
from resketch_reference.sketch import Sketcher, sketch
from resketch_reference.spec import SketchSpec

__all__ = ["Computation", "SketchSpec", "Sketcher", "image", "sketch"]
