"""Section 3: random streams, a pure function of seed, role, module and index."""

from __future__ import annotations

import hashlib

import numpy as np

ATTRIBUTE_COLUMN = 1
SIGNATURE_COLUMN = 2
LIST_POSITION = 3
OWN_POSITION = 4

OWN_ATTRIBUTES = 0
OWN_INPUTS = 1

_G = 0x9E3779B97F4A7C15
_WRAP = 2**64 - 1


def _mix(z: np.ndarray) -> np.ndarray:
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


def _absorb(h: int, v: int) -> int:
    # Arrays wrap in silence where NumPy scalars warn.
    return int(_mix(np.array([((h ^ v) + _G) & _WRAP], np.uint64))[0])


def module_hash(name: str) -> int:
    """First 8 bytes, little-endian, of the SHA-256 of the name's UTF-8 form."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")


def draws(seed: int, role: int, module: int, index: int, count: int) -> np.ndarray:
    """Draws 0 to count - 1 of a stream, as uint64; `module` is 0 where the role has none."""
    key = 0
    for part in (seed, role, module, index):
        key = _absorb(key, part)
    steps = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(_G)
    return _mix(np.uint64(key) + steps)


def below(u: np.ndarray, m: int | np.ndarray) -> np.ndarray:
    """Integers of 0 to m - 1, one for each draw."""
    return (((u >> np.uint64(32)) * np.asarray(m, np.uint64)) >> np.uint64(32)).astype(np.int64)
