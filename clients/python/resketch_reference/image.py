"""The sketch image of docs/formats.md."""

from __future__ import annotations

import struct

import numpy as np

from resketch_reference.spec import SketchSpec


def image(spec: SketchSpec, values: np.ndarray, mass: float, runs: int = 1) -> bytes:
    """Image of a sketch or of a prefix of one."""
    header = b"RSKT" + struct.pack("<HBB", 1, 1, 0) + spec.fingerprint
    header += struct.pack("<iiqd", spec.dimension, len(values), runs, mass)
    body = header + values.astype("<f4").tobytes()
    return body + struct.pack("<I", crc32c(body))


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
