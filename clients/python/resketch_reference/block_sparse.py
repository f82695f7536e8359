"""Section 4, BLOCK_SPARSE: stratified block-sparse sign columns; R̂ permutes and flips blocks."""

from __future__ import annotations

import numpy as np

from resketch_reference import streams
from resketch_reference.graph import Attributes
from resketch_reference.spec import BLOCK_SIZE

_LANES = np.arange(BLOCK_SIZE, dtype=np.uint64)


class BlockSparseOperators:
    """The operators of a seed for sketches of `dimension` floats, kept once they are drawn."""

    def __init__(self, dimension: int, blocks_per_column: int, seed: int) -> None:
        self._seed = seed
        self._blocks = dimension // BLOCK_SIZE
        self._strata = blocks_per_column
        magnitude = np.float32(1 / np.sqrt(np.float64(BLOCK_SIZE * blocks_per_column)))
        self._m = np.float32(0.5) * magnitude
        self._columns: dict[tuple[int, str, int], tuple[np.ndarray, np.ndarray]] = {}
        self._permutations: dict[tuple[int, int], tuple[np.ndarray, np.ndarray]] = {}

    def describe(self, module: str, attributes: Attributes) -> np.ndarray:
        """½ R_{M,1} x + ½ R_{M,2} e_1, attributes in increasing order, then the signature."""
        out = np.zeros((self._blocks, BLOCK_SIZE), np.float32)
        for index, value in zip(attributes.indices, attributes.values):
            self._add(out, self._m * value, streams.ATTRIBUTE_COLUMN, module, int(index))
        self._add(out, self._m, streams.SIGNATURE_COLUMN, module, 0)
        return out.reshape(-1)

    def rotate(self, role: int, index: int, vector: np.ndarray) -> np.ndarray:
        """R̂ v for the tuple operator of a list position or of an object's own position."""
        source, sign = self._permutation(role, index)
        return (sign * vector.reshape(-1, BLOCK_SIZE)[source]).reshape(-1)

    def _add(self, out: np.ndarray, p: np.float32, role: int, module: str, index: int) -> None:
        blocks, signs = self._column(role, module, index)
        out[blocks] += p * signs  # A column has one block a stratum, so no block twice.

    def _column(self, role: int, module: str, index: int) -> tuple[np.ndarray, np.ndarray]:
        """Blocks (c) of a column and the signs (c × 16) of its entries."""
        key = (role, module, index)
        if key not in self._columns:
            q = self._blocks // self._strata
            u = streams.draws(self._seed, role, streams.module_hash(module), index, self._strata)
            blocks = np.arange(self._strata) * q + streams.below(u, q)
            negative = (u[:, None] >> _LANES) & np.uint64(1)
            self._columns[key] = blocks, np.where(negative, np.float32(-1), np.float32(1))
        return self._columns[key]

    def _permutation(self, role: int, index: int) -> tuple[np.ndarray, np.ndarray]:
        """Source block (B) and sign (B × 1) of every block."""
        key = (role, index)
        if key not in self._permutations:
            steps = np.arange(self._blocks - 1, -1, -1)
            u = streams.draws(self._seed, role, 0, index, self._blocks)[steps]
            source = list(range(self._blocks))
            for t, other in zip(steps.tolist(), streams.below(u, steps + 1).tolist()):
                source[t], source[other] = source[other], source[t]
            sign = np.empty((self._blocks, 1), np.float32)
            sign[steps, 0] = np.where(u & np.uint64(1), np.float32(-1), np.float32(1))
            self._permutations[key] = np.array(source), sign
        return self._permutations[key]
