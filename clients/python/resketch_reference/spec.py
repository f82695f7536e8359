"""Section 2: what fixes the map from computations to sketches."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

BLOCK_SIZE = 16
MAX_DIMENSION = 4_194_304
MAX_BLOCKS_PER_COLUMN = 4_096


@dataclass(frozen=True)
class SketchSpec:
    """Dimension d in floats, c blocks per column, and the unsigned 64-bit seed."""

    dimension: int
    blocks_per_column: int
    seed: int

    def __post_init__(self) -> None:
        if not 1 <= self.blocks_per_column <= MAX_BLOCKS_PER_COLUMN:
            raise ValueError(
                f"blocks_per_column: {self.blocks_per_column} must be 1 to {MAX_BLOCKS_PER_COLUMN}"
            )
        unit = BLOCK_SIZE * self.blocks_per_column
        if self.dimension % unit or not unit <= self.dimension <= MAX_DIMENSION:
            raise ValueError(
                f"dimension: {self.dimension} must be a multiple of 16·blocks_per_column={unit},"
                f" {unit} to {MAX_DIMENSION}"
            )
        if not 0 <= self.seed < 2**64:
            raise ValueError(f"seed: {self.seed} must be 0 to 2^64 - 1")

    @property
    def blocks(self) -> int:
        """B, the number of blocks of a sketch."""
        return self.dimension // BLOCK_SIZE

    @property
    def stratum_blocks(self) -> int:
        """q, the number of blocks of a stratum."""
        return self.blocks // self.blocks_per_column

    @property
    def fingerprint(self) -> bytes:
        """SHA-256 of the canonical text, 32 bytes."""
        text = (
            "resketch/1\n"
            "family=BLOCK_SPARSE\n"
            f"block_size={BLOCK_SIZE}\n"
            f"dimension={self.dimension}\n"
            f"blocks_per_column={self.blocks_per_column}\n"
            f"seed={self.seed}\n"
        )
        return hashlib.sha256(text.encode()).digest()
