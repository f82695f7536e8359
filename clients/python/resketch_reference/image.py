"""The sketch image of docs/formats.md."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, replace

import numpy as np

from resketch_reference.encoding import Encoding, pack, rounded, unpack
from resketch_reference.spec import BLOCK_SIZE, MAX_DIMENSION, SketchSpec

MAGIC = b"RSKT"
VERSION = 1
MAX_RUNS = 2**53

_HEADER = struct.Struct("<4sHBB32sIIQdd")
_CHECKSUM = struct.Struct("<I")
_SMALLEST = _HEADER.size + _CHECKSUM.size


@dataclass(frozen=True)
class StoredSketch:
    """A sketch, or a prefix or a sum of them: what an image holds. `values` are float32."""

    fingerprint: bytes
    dimension: int
    runs: int
    mass: float
    encoding: Encoding
    noise_variance: float
    values: np.ndarray

    @staticmethod
    def of(spec: SketchSpec, values: np.ndarray, mass: float) -> StoredSketch:
        """The sketch of one run, as made."""
        return StoredSketch(spec.fingerprint, spec.dimension, 1, mass, Encoding.F32, 0.0, values)

    def encoded(self, encoding: Encoding) -> StoredSketch:
        """The values rounded, and the noise of that added."""
        near, added = rounded(encoding, self.values)
        noise = self.noise_variance + added
        return replace(self, encoding=encoding, noise_variance=noise, values=near)

    def prefix(self, length: int) -> StoredSketch:
        """What is left when all but the first `length` values, a multiple of 16, are erased."""
        if length % BLOCK_SIZE or not BLOCK_SIZE <= length <= len(self.values):
            raise ValueError(
                f"prefix length: {length} must be a multiple of 16, 16 to {len(self.values)}"
            )
        return replace(self, values=self.values[:length])

    def image(self) -> bytes:
        """The one image of this sketch."""
        header = _HEADER.pack(
            MAGIC, VERSION, self.encoding, 0, self.fingerprint, self.dimension, len(self.values),
            self.runs, self.mass, self.noise_variance,
        )  # fmt: skip
        body = header + pack(self.encoding, self.values)
        return body + _CHECKSUM.pack(crc32c(body))


def read_image(data: bytes) -> StoredSketch:
    """The sketch of an image; ValueError, the fault first, for bytes that no writer writes."""
    if data[:4] != MAGIC[: len(data)]:
        raise ValueError(f"not ours: magic {data[:4]!r} must be {MAGIC!r}")
    version = int.from_bytes(data[4:6], "little")
    if len(data) >= 6 and version != VERSION:
        fault = "is too new" if version > VERSION else "never was"
        raise ValueError(f"format version {version} {fault}; it must be {VERSION}")
    if len(data) < _SMALLEST:
        raise ValueError(f"cut short: {len(data)} bytes, of at least {_SMALLEST}")
    _, _, code, zero, fingerprint, dimension, length, runs, mass, noise = _HEADER.unpack_from(data)
    known = code in list(Encoding)
    announced = _SMALLEST + Encoding(code).size(length) if known else None
    body, checksum = data[: -_CHECKSUM.size], _CHECKSUM.unpack(data[-_CHECKSUM.size :])[0]
    if crc32c(body) != checksum:
        raise ValueError(_fault_of_checksum(len(data), announced))
    _require(known, "encoding", code, "1 to 3")
    _require(zero == 0, "byte 7", zero, "0")
    _require(
        dimension % BLOCK_SIZE == 0 and BLOCK_SIZE <= dimension <= MAX_DIMENSION,
        "dimension", dimension, f"a multiple of 16, 16 to {MAX_DIMENSION}",
    )  # fmt: skip
    _require(
        length % BLOCK_SIZE == 0 and BLOCK_SIZE <= length <= dimension,
        "prefix length", length, f"a multiple of 16, 16 to {dimension}",
    )  # fmt: skip
    _require(1 <= runs <= MAX_RUNS, "runs", runs, "1 to 2^53")
    _require(math.isfinite(mass) and mass != 0, "mass", mass, "finite and not 0")
    _require(
        0 <= noise < math.inf and math.copysign(1, noise) > 0,
        "noise variance", noise, "finite, at least 0, not -0",
    )  # fmt: skip
    _require(len(data) == announced, "size", len(data), f"{announced}")
    values = unpack(Encoding(code), body[_HEADER.size :])
    return StoredSketch(fingerprint, dimension, runs, mass, Encoding(code), noise, values)


def _fault_of_checksum(size: int, announced: int | None) -> str:
    if announced is not None and size != announced:
        fault = "cut short" if size < announced else "too long"
        return f"{fault}: {size} bytes, the header announces {announced}"
    return "damaged: the checksum does not hold"


def _require(holds: bool, field: str, value: object, allowed: str) -> None:
    if not holds:
        raise ValueError(f"{field}: {value} must be {allowed}")


def crc32c(data: bytes) -> int:
    """CRC-32C (Castagnoli)."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = (crc >> 8) ^ _TABLE[(crc ^ byte) & 0xFF]
    return crc ^ 0xFFFFFFFF


def _entry(byte: int) -> int:
    for _ in range(8):
        byte = (byte >> 1) ^ (0x82F63B78 if byte & 1 else 0)
    return byte


_TABLE = [_entry(byte) for byte in range(256)]
