"""Encodings (docs/mechanism.md, section 6) and images (docs/formats.md)."""

import math
import struct
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from test_specification import EXAMPLE, PLACED, SPEC, bits, computation, sha256

from resketch_reference import (
    BlockSparse,
    Encoding,
    SketchSpec,
    StoredSketch,
    read_image,
    sketch,
)
from resketch_reference.encoding import pack, rounded
from resketch_reference.image import crc32c

SAMPLES = (
    Path(__file__).resolve().parents[3]
    / "sketch-core/src/test/resources/io/resketch/core/format/samples/v1"
)
SAMPLE_NAMES = ["f32", "bf16", "i8_block", "truncated", "sum", "placed", "transparent"]
FLOAT_MAX = np.finfo(np.float32).max
TINY = np.float32(2.0**-126)


def f32(values) -> np.ndarray:
    return np.asarray(values, np.float64).astype(np.float32)


def stored(values: np.ndarray) -> StoredSketch:
    return StoredSketch(bytes(32), 2**22, 1, 1.0, Encoding.F32, 0.0, values)


def hard_values() -> np.ndarray:
    """Blocks of every size of float32: random, near ties of both encodings, smallest, largest."""
    rng = np.random.default_rng(20190611)
    blocks = []
    for exponent in range(255):  # as stored; 0 is subnormal
        mantissas = rng.integers(0, 2**23, 16, dtype=np.uint32)
        # Half of them are ties of BF16, or one unit beside.
        mantissas[::2] = mantissas[::2] & 0x7F0000 | 0x8000
        mantissas[::4] += rng.integers(-1, 2, 4).astype(np.uint32)
        exponents = np.maximum(exponent - rng.integers(0, 9, 16), 0).astype(np.uint32)
        signs = rng.integers(0, 2, 16, dtype=np.uint32)
        blocks.append((signs << 31 | exponents << 23 | mantissas).view(np.float32))
    for scale in f32([2.0**-126, 2.0**-125, 1.5 * 2.0**-126, 1 / 64, 1.0078125, 1e30]):
        # Ties of I8_BLOCK, half a step from two levels; not every scale is a power of 2.
        scale = (bits(scale[None]) & 0xFFFF0000).view(np.float32)[0]
        levels = rng.integers(-127, 127, 16) + 0.5
        levels[3] = 127
        blocks.append(f32(levels * np.float64(scale)))
    ends = [FLOAT_MAX, -FLOAT_MAX, 0.0, -0.0, 2.0**-149, TINY, -TINY / 2, TINY / 2 + 2.0**-149]
    blocks.append(f32(ends * 2))
    blocks.append(f32([127 * TINY, 126.5 * TINY, *[TINY] * 14]))
    blocks.append(f32([126.4 * TINY, *[-TINY * 1.5] * 15]))
    blocks.append(f32([TINY / 2, *[-(2.0**-149)] * 15]))  # all levels 0
    blocks.append(f32([0.0, -0.0] * 8))
    return np.concatenate(blocks)


def near_bf16(value: Fraction) -> Fraction:
    """To 8 digits, ties to even, without regard to the largest."""
    exponent = -126
    while abs(value) >= Fraction(2) ** (exponent + 1):
        exponent += 1
    step = Fraction(2) ** (exponent - 7)
    return round(value / step) * step  # Python rounds ties of a Fraction to even


def test_checksum_is_crc_32c():
    assert crc32c(b"123456789") == 0xE3069283


def test_block_of_section_6():
    values = f32([1, -0.5, 0.004, 0.0625, -0.3] + [0] * 11)
    near, _ = rounded(Encoding.BF16, values)
    assert pack(Encoding.BF16, near) == bytes.fromhex("803f00bf833b803d9abe") + bytes(22)
    near, _ = rounded(Encoding.I8_BLOCK, values)
    assert pack(Encoding.I8_BLOCK, near) == bytes.fromhex("013c7fc00108da") + bytes(11)


@pytest.mark.parametrize(
    ("encoding", "digest"),
    [
        (Encoding.F32, "3ed1bd5a3b0ad0a4366e7c5a5a2a98c4a22f7605dd2cb8ebd62f101a1e98f051"),
        (Encoding.BF16, "82a92f41504719c8a5ca7c5e5b9f50902b9692fe31d080a2309295dbf4413dbd"),
        (Encoding.I8_BLOCK, "a1149cdafa35dba6e61a168e3c36f8495f507a3d51d515b7b2d5c9e3a8d99578"),
    ],
)
def test_images_of_the_example(encoding, digest):
    run = computation(EXAMPLE)
    made = StoredSketch.of(SPEC, sketch(SPEC, run), run.mass)
    assert sha256(made.encoded(encoding).image()) == digest


@pytest.mark.parametrize("name", SAMPLE_NAMES)
def test_sample_has_the_stated_fields_and_is_written_again(name):
    data = (SAMPLES / f"{name}.rskt").read_bytes()
    lines = (SAMPLES / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    stated = dict(line.split("=", 1) for line in lines)
    read = read_image(data)
    assert read.encoding.name == stated.pop("encoding")
    assert read.fingerprint.hex() == stated.pop("fingerprint")
    assert read.dimension == int(stated.pop("dimension"))
    assert len(read.values) == int(stated.pop("prefixLength"))
    assert read.runs == int(stated.pop("runs"))
    assert read.mass == float(stated.pop("mass"))
    assert read.noise_variance == float.fromhex(stated.pop("noiseVariance"))
    first = f32([float.fromhex(v) for v in stated.pop("values").split()])
    assert len(first) == 16 and np.array_equal(bits(read.values[:16]), bits(first))
    assert not stated
    assert read.image() == data
    assert read.encoded(read.encoding).image() == data


def test_samples_are_encodings_of_one_sketch():
    made = read_image((SAMPLES / "f32.rskt").read_bytes())
    assert made.encoded(Encoding.BF16).image() == (SAMPLES / "bf16.rskt").read_bytes()
    i8 = made.encoded(Encoding.I8_BLOCK)
    assert i8.image() == (SAMPLES / "i8_block.rskt").read_bytes()
    assert i8.prefix(160).image() == (SAMPLES / "truncated.rskt").read_bytes()


def test_placed_samples_are_sketches_of_the_example():
    run = computation(PLACED)
    for name, transparency, encoding in [
        ("placed", 0.5, Encoding.F32),
        ("transparent", 0.75, Encoding.I8_BLOCK),
    ]:
        spec = SketchSpec(512, BlockSparse(16), 7, transparency)
        made = StoredSketch.of(spec, sketch(spec, run), run.mass).encoded(encoding)
        assert made.image() == (SAMPLES / f"{name}.rskt").read_bytes()


def test_all_samples_are_tested():
    names = {path.stem for path in SAMPLES.glob("*.rskt")}
    assert names == set(SAMPLE_NAMES)


@pytest.mark.parametrize("encoding", Encoding)
def test_encoding_again_and_reading_again_change_nothing(encoding):
    once = stored(hard_values()).encoded(encoding)
    twice = once.encoded(encoding)
    assert np.all(np.isfinite(once.values))
    assert np.array_equal(bits(once.values), bits(twice.values))
    assert once.noise_variance == twice.noise_variance
    assert once.image() == twice.image()
    read = read_image(once.image())
    assert np.array_equal(bits(read.values), bits(once.values))
    assert replace(read, values=0) == replace(once, values=0)


def test_f32_keeps_every_bit():
    values = hard_values()
    made = stored(values).encoded(Encoding.F32)
    assert np.array_equal(bits(made.values), bits(values)) and made.noise_variance == 0


def test_bf16_is_the_nearest_with_ties_to_even():
    values = hard_values()
    near, _ = rounded(Encoding.BF16, values)
    largest = float(np.array([0x7F7F0000], np.uint32).view(np.float32)[0])
    exact = [near_bf16(Fraction(float(v))) for v in values]
    expected = [max(-largest, min(largest, float(v))) for v in exact]
    assert near.tolist() == expected
    assert np.array_equal(np.signbit(near), np.signbit(values))
    assert sum(abs(v) > largest for v in exact) > 2
    for block in values.reshape(-1, 16):
        near, noise = rounded(Encoding.BF16, block)
        steps = [2.0 ** (max(math.frexp(v)[1] - 1, -126) - 7) for v in block.tolist()]
        assert noise == pytest.approx(_noise(block, near, steps), rel=1e-12, abs=0)


def test_i8_block_has_the_nearest_levels_with_ties_to_even():
    values = hard_values()
    ties = scales = 0
    for v in values.reshape(-1, 16):
        n, noise = rounded(Encoding.I8_BLOCK, v)
        largest = np.abs(v).max()
        s = max(Fraction(float(TINY)), near_bf16(Fraction(float(largest / np.float32(127)))))
        levels = [round(Fraction(float(x)) / s) for x in v]
        assert [Fraction(float(x)) for x in n] == [level * s for level in levels]
        assert not np.any(np.signbit(n[n == 0]))
        if s > float(TINY):
            assert max(map(abs, levels)) == 127
            assert abs(s * 127 / Fraction(float(largest)) - 1) <= Fraction(1, 257)
        ties += sum((Fraction(float(x)) / s % 1) == Fraction(1, 2) for x in v)
        scales += s > float(TINY)
        assert noise == pytest.approx(_noise(v, n, [float(s)] * 16), rel=1e-12, abs=0)
    assert ties > 50 and scales > 200


def test_scales_reach_the_largest_that_a_reader_takes():
    values = f32([FLOAT_MAX] + [0] * 15)
    data = pack(Encoding.I8_BLOCK, rounded(Encoding.I8_BLOCK, values)[0])
    assert data[:3] == struct.pack("<Hb", 0x7C01, 127)


def _noise(values: np.ndarray, near: np.ndarray, steps: list[float]) -> float:
    changed = [Fraction(s) ** 2 for v, n, s in zip(values, near, steps) if v != n]
    return float(Fraction(sum(changed)) / (12 * len(values)))


# Images that no writer writes: what is changed, and the fault that is named.


def _image(encoding: Encoding = Encoding.F32) -> bytearray:
    return bytearray(stored(f32([1, -0.5] * 16)).encoded(encoding).image())


def _sealed(data: bytearray) -> bytes:
    data[-4:] = struct.pack("<I", crc32c(data[:-4]))
    return bytes(data)


@pytest.mark.parametrize(
    ("offset", "form", "value", "fault"),
    [
        (0, "4s", b"RSKX", "not ours"),
        (4, "H", 2, "version 2 is too new"),
        (4, "H", 0, "version 0 never was"),
        (6, "B", 0, "encoding"),
        (6, "B", 4, "encoding"),
        (6, "B", 2, "size"),
        (7, "B", 1, "byte 7"),
        (40, "i", 24, "dimension"),
        (40, "i", -16, "dimension: 4294967280"),
        (40, "i", 2**22 + 16, "dimension"),
        (40, "i", 16, "prefix length"),
        (44, "i", 0, "prefix length"),
        (44, "i", 40, "prefix length"),
        (44, "i", 64, "size"),
        (48, "q", 0, "runs"),
        (48, "q", 2**53 + 1, "runs"),
        (56, "d", 0.0, "mass"),
        (56, "d", float("inf"), "mass"),
        (64, "d", -0.0, "noise variance"),
        (64, "d", float("nan"), "noise variance"),
        (72, "f", float("nan"), "not finite"),
        (196, "f", float("-inf"), r"\[31\] is not finite"),
    ],
)
def test_fields_out_of_range_are_named(offset, form, value, fault):
    data = _image()
    struct.pack_into("<" + form, data, offset, value)
    with pytest.raises(ValueError, match=fault):
        read_image(_sealed(data))


@pytest.mark.parametrize(
    ("scale", "levels", "taken"),
    [
        (0x0000, [0] * 16, True),
        (0x0000, [1] + [0] * 15, False),
        (0x8000, [0] * 16, False),
        (0x007F, [127] * 16, False),
        (0x0080, [0, 1] * 8, True),
        (0x0080, [127, -127] * 8, True),
        (0x0080, [0] * 16, False),
        (0x0080, [-128] * 16, False),
        (0x0081, [-127] + [0] * 15, True),
        (0x0081, [126] * 16, False),
        (0x3F80, [0] * 16, False),
        (0x3F80, [127, -128] * 8, False),
        (0xBF80, [127] * 16, False),
        (0x7C01, [127] * 16, True),
        (0x7C02, [127] * 16, False),
        (0x7F80, [127] * 16, False),
    ],
)
def test_only_blocks_that_an_encoder_writes_are_read(scale, levels, taken):
    data = _image(Encoding.I8_BLOCK)
    struct.pack_into("<H16b", data, 72 + 18, scale, *levels)
    sealed = _sealed(data)
    if taken:
        assert read_image(sealed).image() == sealed
    else:
        with pytest.raises(ValueError, match="block 1"):
            read_image(sealed)


def test_damage_is_told_from_missing_and_surplus_bytes():
    whole = bytes(_image())
    for data, fault in [
        (b"", "cut short"),
        (b"RSK", "cut short"),
        (b"RSKT\2", "cut short"),
        (whole[:75], "cut short"),
        (whole[:-1], "cut short"),
        (whole[:-64], "cut short"),
        (whole + b"\0", "too long"),
        (whole[:100] + b"\1" + whole[101:], "damaged"),
        (whole[:6] + b"\4" + whole[7:], "damaged"),
        (b"{", "not ours"),
        (b"PK\3\4" + whole, "not ours"),
    ]:
        with pytest.raises(ValueError, match=fault):
            read_image(data)
