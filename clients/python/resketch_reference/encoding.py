"""Section 6, encodings: how values are rounded, and the bytes they become (docs/formats.md)."""

from __future__ import annotations

from enum import IntEnum

import numpy as np

from resketch_reference.spec import BLOCK_SIZE

SMALLEST_SCALE = np.float32(2.0**-126)
LARGEST_SCALE_BITS = 0x7C01
LARGEST_LEVEL = 127

_I8_BLOCK = np.dtype([("scale", "<u2"), ("levels", "i1", BLOCK_SIZE)])


class Encoding(IntEnum):
    """The encodings and their numbers in an image."""

    F32 = 1
    BF16 = 2
    I8_BLOCK = 3

    def size(self, prefix_length: int) -> int:
        """Bytes of so many values."""
        bytes_per_block = {Encoding.F32: 64, Encoding.BF16: 32, Encoding.I8_BLOCK: 18}
        return bytes_per_block[self] * prefix_length // BLOCK_SIZE


def rounded(encoding: Encoding, values: np.ndarray) -> tuple[np.ndarray, float]:
    """The nearest values that the encoding can hold, and the noise variance that this adds."""
    match encoding:
        case Encoding.F32:
            return values, 0.0
        case Encoding.BF16:
            near = _from_bf16(_to_bf16(values))
            # frexp has |v| in [2^(e-1), 2^e).
            exponent = np.maximum(np.frexp(values)[1] - 1, -126)
            return near, _noise_variance(values, near, np.ldexp(1.0, exponent - 7))
        case Encoding.I8_BLOCK:
            scales, levels = _to_levels(values)
            near = _from_levels(scales, levels)
            step = np.repeat(scales.astype(np.float64), BLOCK_SIZE)
            return near, _noise_variance(values, near, step)


def pack(encoding: Encoding, values: np.ndarray) -> bytes:
    """The bytes of values that the encoding can hold."""
    match encoding:
        case Encoding.F32:
            return values.astype("<f4").tobytes()
        case Encoding.BF16:
            return _to_bf16(values).astype("<u2").tobytes()
        case Encoding.I8_BLOCK:
            scales, levels = _to_levels(values)
            blocks = np.zeros(len(scales), _I8_BLOCK)
            blocks["levels"] = levels
            # A block that came out as zeros has no scale.
            blocks["scale"] = np.where(levels.any(axis=1), _to_bf16(scales), 0)
            return blocks.tobytes()


def unpack(encoding: Encoding, data: bytes) -> np.ndarray:
    """The values of bytes; ValueError for bytes that `pack` does not write."""
    match encoding:
        case Encoding.F32:
            values = np.frombuffer(data, "<f4").astype(np.float32)
        case Encoding.BF16:
            values = _from_bf16(np.frombuffer(data, "<u2"))
        case Encoding.I8_BLOCK:
            blocks = np.frombuffer(data, _I8_BLOCK)
            _check_blocks(blocks)
            values = _from_levels(_from_bf16(blocks["scale"]), blocks["levels"])
    if not np.all(np.isfinite(values)):
        raise ValueError(f"values: [{np.argmin(np.isfinite(values))}] is not finite")
    return values


def _to_bf16(values: np.ndarray) -> np.ndarray:
    """The upper half of each float32, to nearest, ties to even; never an infinity."""
    b = values.view(np.uint32).astype(np.uint64)
    u = (b + 0x7FFF + (b >> np.uint64(16) & np.uint64(1))) >> np.uint64(16)
    return (u - ((u & np.uint64(0x7FFF)) == 0x7F80)).astype(np.uint16)


def _from_bf16(upper: np.ndarray) -> np.ndarray:
    return (upper.astype(np.uint32) << np.uint32(16)).view(np.float32)


def _to_levels(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """S of every block (p/16), at least 2^-126 also for zeros, and the levels (p/16 × 16)."""
    blocks = values.reshape(-1, BLOCK_SIZE)
    quotient = np.abs(blocks).max(axis=1) / np.float32(LARGEST_LEVEL)
    scales = np.maximum(_from_bf16(_to_bf16(quotient)), SMALLEST_SCALE)
    levels = np.rint(blocks.astype(np.float64) / scales.astype(np.float64)[:, None])
    return scales, levels.astype(np.int8)


def _from_levels(scales: np.ndarray, levels: np.ndarray) -> np.ndarray:
    return (levels.astype(np.float32) * scales[:, None]).reshape(-1)


def _check_blocks(blocks: np.ndarray) -> None:
    largest = np.abs(blocks["levels"].astype(np.int16)).max(axis=1)
    scale = blocks["scale"]
    smallest = _to_bf16(np.array([SMALLEST_SCALE]))[0]
    zero = (scale == 0) & (largest == 0)
    tiny = (scale == smallest) & (1 <= largest) & (largest <= LARGEST_LEVEL)
    usual = (smallest < scale) & (scale <= LARGEST_SCALE_BITS) & (largest == LARGEST_LEVEL)
    wrong = np.flatnonzero(~(zero | tiny | usual))
    if len(wrong):
        i = wrong[0]
        raise ValueError(
            f"values: no encoder writes block {i}, scale {scale[i]:04x},"
            f" largest level {largest[i]}"
        )


def _noise_variance(values: np.ndarray, near: np.ndarray, step: np.ndarray) -> float:
    """Σ Δ² / (12·p) over the values that changed."""
    squares = np.where(values != near, step * step, 0.0).reshape(-1, BLOCK_SIZE)
    # Accumulated one after the other, where np.sum may pair and Python's sum compensate.
    blocks = np.add.accumulate(squares, axis=1)[:, -1]
    return float(np.add.accumulate(blocks)[-1] / (12 * len(values)))
