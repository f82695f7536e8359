"""Section 5: the sketch, in float32 and in the stated order of operations.

NumPy rounds after every multiplication and every addition, so there is no fused multiply-add.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from resketch_reference import streams
from resketch_reference.block_sparse import BlockSparseOperators
from resketch_reference.graph import Computation, SketchObject, WeightedInput
from resketch_reference.hadamard import HadamardOperators
from resketch_reference.spec import BlockSparse, Hadamard, SketchSpec


def operators(spec: SketchSpec) -> BlockSparseOperators | HadamardOperators:
    """The operators of a spec. Each family has `describe`, which makes a(θ), and `rotate`, R̂ v."""
    match spec.family:
        case BlockSparse(blocks_per_column=c):
            return BlockSparseOperators(spec.dimension, c, spec.seed)
        case Hadamard():
            return HadamardOperators(spec.dimension, spec.seed)


class Sketcher:
    """Sketches computations with one spec and keeps the operators it has drawn."""

    def __init__(self, spec: SketchSpec) -> None:
        self._spec = spec
        self._operators = operators(spec)
        # Both exact: 2(1 - τ) and 2(2τ - 1), which is 0 where τ is 1/2.
        self._rotated = np.float32(2 * (1 - spec.transparency))
        self._direct = np.float32(2 * (2 * spec.transparency - 1))

    def sketch(self, computation: Computation) -> np.ndarray:
        """The d float32 of a computation; ValueError if one of them is not finite."""
        done: dict[int, np.ndarray] = {}
        with np.errstate(over="ignore", invalid="ignore"):
            for i in computation.bottom_up:
                done[i] = self._object(computation.objects[i], done)
            values = self._tuple(computation.roots, done)
        if not np.all(np.isfinite(values)):
            raise ValueError("the sketch is not finite; scale the attributes down")
        return values

    def _object(self, theta: SketchObject, done: dict[int, np.ndarray]) -> np.ndarray:
        a = self._operators.describe(theta.module, theta.attributes)
        if not theta.inputs:
            return a
        inputs = self._tuple(theta.inputs, done)
        out = np.zeros(self._spec.dimension, np.float32)
        own, rest = theta.own_weight, np.float32(1) - theta.own_weight
        self._add(out, own, a, streams.OWN_POSITION, streams.OWN_ATTRIBUTES)
        self._add(out, rest, inputs, streams.OWN_POSITION, streams.OWN_INPUTS)
        return out

    def _tuple(self, edges: Sequence[WeightedInput], done: dict[int, np.ndarray]) -> np.ndarray:
        out = np.zeros(self._spec.dimension, np.float32)
        for edge in edges:
            self._add(out, edge.weight, done[edge.object], streams.LIST_POSITION, edge.position)
        return out

    def _add(self, out: np.ndarray, w: np.float32, v: np.ndarray, role: int, index: int) -> None:
        """out += w · T v."""
        h = np.float32(0.5) * w
        out += self._rotated * h * (v + self._operators.rotate(role, index, v))
        if self._direct:
            out += self._direct * h * v


def sketch(spec: SketchSpec, computation: Computation) -> np.ndarray:
    """The sketch of one computation; for many, keep a Sketcher."""
    return Sketcher(spec).sketch(computation)
