"""Section 4, HADAMARD: an operator is two rounds of sign flips and a Walsh–Hadamard transform."""

from __future__ import annotations

import numpy as np

from resketch_reference import streams
from resketch_reference.graph import Attributes

_BITS = np.arange(64, dtype=np.uint64)


class HadamardOperators:
    """The operators of a seed for sketches of `dimension` floats; signs are kept once drawn."""

    def __init__(self, dimension: int, seed: int) -> None:
        self._dimension = dimension
        self._seed = seed
        self._diagonals: dict[tuple[int, str | None, int], np.ndarray] = {}

    def describe(self, module: str, attributes: Attributes) -> np.ndarray:
        """½ R_{M,1} x + ½ R_{M,2} e_1; ValueError for more attributes than floats."""
        if attributes.dimension > self._dimension:
            raise ValueError(
                f"attributes: module {module!r} has {attributes.dimension}, more than the"
                f" {self._dimension} floats of a HADAMARD sketch; take a larger dimension"
            )
        x = np.zeros(self._dimension, np.float32)
        x[attributes.indices] = attributes.values
        e_1 = np.zeros(self._dimension, np.float32)
        e_1[0] = 1
        half = np.float32(0.5 / self._dimension)
        out = np.zeros(self._dimension, np.float32)
        out += half * self._apply(streams.ATTRIBUTE_COLUMN, module, 0, x)
        out += half * self._apply(streams.SIGNATURE_COLUMN, module, 0, e_1)
        return out

    def rotate(self, role: int, index: int, vector: np.ndarray) -> np.ndarray:
        """R̂ v for the tuple operator of a list position or of an object's own position."""
        return np.float32(1 / self._dimension) * self._apply(role, None, index, vector)

    def _apply(self, role: int, module: str | None, n: int, v: np.ndarray) -> np.ndarray:
        """W(role, module, n) v."""
        for r in (0, 1):
            v = transform(self._signs(role, module, 2 * n + r) * v)
        return v

    def _signs(self, role: int, module: str | None, index: int) -> np.ndarray:
        key = (role, module, index)
        if key not in self._diagonals:
            name = 0 if module is None else streams.module_hash(module)
            u = streams.draws(self._seed, role, name, index, -(-self._dimension // 64))
            negative = ((u[:, None] >> _BITS) & np.uint64(1)).reshape(-1)[: self._dimension]
            self._diagonals[key] = np.where(negative, np.float32(-1), np.float32(1))
        return self._diagonals[key]


def transform(v: np.ndarray) -> np.ndarray:
    """H v by sums and differences over the strides 1, 2, 4, … d/2."""
    stride = 1
    while stride < len(v):
        pairs = v.reshape(-1, 2, stride)
        first, second = pairs[:, 0], pairs[:, 1]
        v = np.stack((first + second, first - second), axis=1).reshape(-1)
        stride *= 2
    return v
