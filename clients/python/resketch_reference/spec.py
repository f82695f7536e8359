"""Section 2: what fixes the map from computations to sketches."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

BLOCK_SIZE = 16
MAX_DIMENSION = 4_194_304
MAX_BLOCKS_PER_COLUMN = 4_096
DEFAULT_TRANSPARENCY = 0.5


@dataclass(frozen=True)
class BlockSparse:
    """The family of sparse columns, c = `blocks_per_column`."""

    blocks_per_column: int = 16

    def check(self, dimension: int) -> None:
        """ValueError if no sketch of this family has so many floats."""
        if not 1 <= self.blocks_per_column <= MAX_BLOCKS_PER_COLUMN:
            raise ValueError(
                f"blocks_per_column: {self.blocks_per_column} must be 1 to {MAX_BLOCKS_PER_COLUMN}"
            )
        unit = BLOCK_SIZE * self.blocks_per_column
        if dimension % unit or not unit <= dimension <= MAX_DIMENSION:
            raise ValueError(
                f"dimension: {dimension} must be a multiple of 16·blocks_per_column={unit},"
                f" {unit} to {MAX_DIMENSION}"
            )

    def text(self, dimension: int) -> str:
        """The family's lines of the text behind the fingerprint."""
        return (
            "family=BLOCK_SPARSE\n"
            f"block_size={BLOCK_SIZE}\n"
            f"dimension={dimension}\n"
            f"blocks_per_column={self.blocks_per_column}\n"
        )


@dataclass(frozen=True)
class Hadamard:
    """The family of sign flips and Walsh–Hadamard transforms; it has no parameters."""

    def check(self, dimension: int) -> None:
        """ValueError if no sketch of this family has so many floats."""
        if not BLOCK_SIZE <= dimension <= MAX_DIMENSION or dimension & (dimension - 1):
            raise ValueError(
                f"dimension: {dimension} must be a power of two,"
                f" {BLOCK_SIZE} to {MAX_DIMENSION}, with HADAMARD"
            )

    def text(self, dimension: int) -> str:
        """The family's lines of the text behind the fingerprint."""
        return f"family=HADAMARD\ndimension={dimension}\n"


@dataclass(frozen=True)
class SketchSpec:
    """Dimension d in floats, the family of the operators, the unsigned 64-bit seed, and τ."""

    dimension: int
    family: BlockSparse | Hadamard
    seed: int
    transparency: float = DEFAULT_TRANSPARENCY

    def __post_init__(self) -> None:
        self.family.check(self.dimension)
        if not 0 <= self.seed < 2**64:
            raise ValueError(f"seed: {self.seed} must be 0 to 2^64 - 1")
        if not 0.25 <= self.transparency <= 0.9375 or self.transparency * 64 % 1:
            raise ValueError(
                f"transparency: {self.transparency} must be a multiple of 1/64, 0.25 to 0.9375"
            )

    @property
    def fingerprint(self) -> bytes:
        """SHA-256 of the canonical text, 32 bytes."""
        text = f"resketch/1\n{self.family.text(self.dimension)}seed={self.seed}\n"
        if self.transparency != DEFAULT_TRANSPARENCY:
            text += f"transparency={self.transparency}\n"
        return hashlib.sha256(text.encode()).digest()
