"""The test vectors and the statements of docs/mechanism.md and docs/formats.md."""

import hashlib
import json
from dataclasses import replace

import numpy as np
import pytest
from random_graphs import Limits, json_lines

from resketch_reference import (
    BlockSparse,
    Computation,
    Hadamard,
    Sketcher,
    SketchSpec,
    sketch,
    streams,
)
from resketch_reference.block_sparse import BlockSparseOperators
from resketch_reference.graph import Attributes
from resketch_reference.hadamard import HadamardOperators, transform

SPEC = SketchSpec(4096, BlockSparse(16), 7)
HADAMARD = SketchSpec(1024, Hadamard(), 7)

EXAMPLE = {
    "objects": [
        {"id": "frame", "module": "camera", "attributes": {"dense": {"values": [0.6, 0.8]}}},
        {
            "id": "a",
            "module": "cat",
            "attributes": {"sparse": {"dimension": 8, "indices": [1, 5], "values": [0.5, -0.25]}},
            "inputs": [{"object": "frame", "weight": 1}],
        },
        {
            "id": "b",
            "module": "cat",
            "attributes": {"dense": {"values": [0, 0, 0, 0, 0, 0, 0, 1]}},
            "inputs": [{"object": "frame", "weight": 0.75}, {"object": "a", "weight": 0.25}],
        },
    ],
    "roots": [{"object": "a", "weight": 0.5}, {"object": "b", "weight": 0.5}],
}

_FRAME, _A, _B = EXAMPLE["objects"]
PLACED = {
    "objects": [
        _FRAME,
        _A | {"ownWeight": 0.25},
        _B
        | {
            "ownWeight": 0.9,
            "inputs": [
                {"object": "frame", "weight": 0.75, "position": 1024},
                {"object": "a", "weight": 0.25, "position": 0},
            ],
        },
    ],
    "roots": [root | {"position": 0} for root in EXAMPLE["roots"]],
}


def computation(message: dict) -> Computation:
    return Computation.from_json(json.dumps(message))


def bits(values: np.ndarray) -> np.ndarray:
    return values.view(np.uint32)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_fingerprints_of_section_2():
    expected = "bc9c57ed9ce5916698405f3fee4a1c6b617f59a8b08c5edb1c6b350cf42d73d4"
    assert SPEC.fingerprint.hex() == expected
    expected = "d7c336744ba6af7d545cc3c6f41b80029ec59345975a88086df303cc8d9c3ac2"
    assert HADAMARD.fingerprint.hex() == expected
    expected = "2114cf7d5a1af8c8d032b6a60e26ddffe9b22bce3268185f8680cc5c27277bdb"
    assert replace(SPEC, transparency=0.75).fingerprint.hex() == expected
    expected = "6be38cf5f98a633d44b22389e1e92503e9c56e717e6f7d0a46af8beb62646c16"
    assert replace(HADAMARD, transparency=0.75).fingerprint.hex() == expected


def test_streams_of_section_3():
    person = streams.module_hash("person")
    assert person == 0xE63196E7871EA838
    attribute = streams.draws(7, streams.ATTRIBUTE_COLUMN, person, 3, 2)
    assert attribute.tolist() == [0x38FAE5DE92C6A5D3, 0xBB80E61EADD2FDB5]
    position = streams.draws(7, streams.LIST_POSITION, 0, 2, 256)
    assert position[[0, 255]].tolist() == [0x8EB788ED9B06A439, 0xE90C45DFCD3A2869]


def test_draws_are_those_of_splitmix64():
    # Published first outputs of SplitMix64 from seed 1234567; a stream is one started at its key.
    steps = np.arange(1, 4, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    outputs = streams._mix(np.uint64(1234567) + steps)
    assert outputs.tolist() == [6457827717110365317, 3203168211198807973, 9817491932198370423]


def test_columns_have_norm_1_and_one_block_in_each_stratum():
    none = Attributes.dense(np.zeros(0, np.float32))
    a = BlockSparseOperators(4096, 16, 7).describe("cat", none)
    assert np.linalg.norm(2 * a) == pytest.approx(1, abs=1e-6)
    used = np.any(a.reshape(256, 16), axis=1).reshape(16, 16)
    assert used.sum(axis=1).tolist() == [1] * 16


def test_tuple_operators_permute_blocks_and_flip_whole_ones():
    v = np.arange(1, SPEC.dimension + 1, dtype=np.float32)
    rotated = BlockSparseOperators(4096, 16, 7).rotate(streams.LIST_POSITION, 0, v).reshape(-1, 16)
    assert np.array_equal(np.sort(np.abs(rotated).ravel()), v)
    assert set((rotated[:, 0] % 16).tolist()) == {1, 15}  # block starts, plain and negative
    assert np.all(np.abs(np.diff(rotated, axis=1)) == 1)
    assert not np.array_equal(np.abs(rotated).ravel(), v)


def test_transform_multiplies_by_the_matrix_of_section_4():
    h = np.array([[(-1) ** (i & j).bit_count() for j in range(64)] for i in range(64)])
    v = np.arange(64) ** 2 % 101  # small integers, so that the sums are exact
    assert np.array_equal(transform(v.astype(np.float32)), h @ v)


def test_hadamard_operators_are_orthonormal_and_differ():
    operators = HadamardOperators(64, 7)
    unit = np.eye(64, dtype=np.float32)
    rows = [
        np.array([operators.rotate(role, n, e) for e in unit])
        for role in (streams.LIST_POSITION, streams.OWN_POSITION)
        for n in (0, 1)
    ]
    for r in rows:
        assert np.array_equal(r @ r.T, unit)
    for i, r in enumerate(rows):
        for other in rows[:i]:
            # Two of one round each would have a diagonal product.
            assert np.count_nonzero(r @ other.T) > 64 * 32


@pytest.mark.parametrize(
    ("spec", "message", "first", "fourth", "digest"),
    [
        (
            SPEC,
            EXAMPLE,
            0x3A033333,
            0xBA080000,
            "3d0d679e7a1777b4a1e09f4a2a75868df72c9a7a6caf0b801414824ea30577dc",
        ),
        (
            HADAMARD,
            EXAMPLE,
            0xBBC44E08,
            0xBB96491E,
            "54fe34f96218bc506bea02d8ee4787305d80af8a321851c3de8e101dfc0120c0",
        ),
        (
            SPEC,
            PLACED,
            0x390CCCCF,
            0xB907AE17,
            "431e9ece263ee803d72ba742d627fb8f2b07e4efab152b92f59c17f7f7c5dd16",
        ),
        (
            replace(SPEC, transparency=0.75),
            PLACED,
            0x390F666A,
            0xB90B8F5E,
            "b7d87ce6991f1133bef83ce2330e059b1180610e62c2f4eed73ccfd286536d31",
        ),
        (
            replace(HADAMARD, transparency=0.75),
            PLACED,
            0xBC093952,
            0xB9928AF4,
            "e84c209397c20c171d22a307dcc6bc86e4846ab05b35edcc6da32d46c2374a88",
        ),
    ],
    ids=[
        "BLOCK_SPARSE",
        "HADAMARD",
        "BLOCK_SPARSE-placed",
        "BLOCK_SPARSE-placed-transparent",
        "HADAMARD-placed-transparent",
    ],
)
def test_examples_of_section_5(spec, message, first, fourth, digest):
    s = sketch(spec, computation(message))
    assert s.dtype == np.float32 and s.shape == (spec.dimension,)
    assert bits(s)[0] == first and bits(s)[3] == fourth
    assert sha256(s.astype("<f4").tobytes()) == digest


def test_skeleton_hashes_of_formats():
    expected = "9fbe390b1755dfd2e59adec41591b57f68297882c317d6502bfd92e18addfe4c"
    assert computation(EXAMPLE).skeleton_hash().hex() == expected
    expected = "9707e6610a436ca0f45fb72cacf113c1a82da0ac88193e88e2e85e8e7eef8b95"
    assert computation(PLACED).skeleton_hash().hex() == expected


def test_stated_defaults_are_the_same_computation():
    a = _A | {"ownWeight": 0.5}
    b = _B | {"inputs": [edge | {"position": i} for i, edge in enumerate(_B["inputs"])]}
    stated = computation(EXAMPLE | {"objects": [_FRAME, a, b]})
    assert stated.skeleton_hash() == computation(EXAMPLE).skeleton_hash()
    assert np.array_equal(bits(sketch(SPEC, stated)), bits(sketch(SPEC, computation(EXAMPLE))))
    assert replace(SPEC, transparency=0.5).fingerprint == SPEC.fingerprint


def test_attributes_have_one_meaning_in_all_forms_and_objects_any_order():
    packed = json.loads(json.dumps(EXAMPLE))
    packed["objects"].reverse()
    packed["objects"][2]["attributes"] = {
        "packed": {"encoding": "ENCODING_F32", "data": "mpkZP83MTD8="}  # 0.6, 0.8
    }
    packed["objects"][0]["attributes"] = {
        "sparse": {"dimension": 8, "indices": ["7"], "values": ["1"]}
    }
    a, b = computation(EXAMPLE), computation(packed)
    assert np.array_equal(bits(sketch(SPEC, a)), bits(sketch(SPEC, b)))


@pytest.mark.parametrize("family", [BlockSparse(2), Hadamard()], ids=str)
def test_no_value_is_minus_zero(family):
    sketcher = Sketcher(SketchSpec(256, family, 3))
    for line in json_lines(seed=5, count=50, limits=Limits.hadamard(256)):
        values = sketcher.sketch(Computation.from_json(line))
        assert not np.any(np.signbit(values[values == 0]))


@pytest.mark.parametrize(
    ("dimension", "family", "seed", "field"),
    [
        (1000, BlockSparse(16), 7, "dimension"),
        (0, BlockSparse(16), 7, "dimension"),
        (4_194_304 + 16, BlockSparse(1), 7, "dimension"),
        (4096, BlockSparse(0), 7, "blocks_per_column"),
        (4096, BlockSparse(16), 2**64, "seed"),
        (4096, BlockSparse(16), -1, "seed"),
        (48, Hadamard(), 7, "dimension"),
        (8, Hadamard(), 7, "dimension"),
        (2 * 4_194_304, Hadamard(), 7, "dimension"),
    ],
)
def test_impossible_specs_are_refused(dimension, family, seed, field):
    with pytest.raises(ValueError, match=field):
        SketchSpec(dimension, family, seed)


@pytest.mark.parametrize("transparency", [0.234375, 0.953125, 0.7, 1, -0.5, float("nan")])
def test_impossible_transparencies_are_refused(transparency):
    with pytest.raises(ValueError, match="transparency"):
        replace(SPEC, transparency=transparency)


def test_more_attributes_than_floats_are_refused_with_hadamard():
    wide = {"attributes": {"sparse": {"dimension": 17, "indices": [0], "values": [1]}}}
    frame, *others = EXAMPLE["objects"]
    run = computation(EXAMPLE | {"objects": [frame | wide, *others]})
    assert len(sketch(SketchSpec(32, Hadamard(), 7), run)) == 32
    with pytest.raises(ValueError, match="has 17, more than the 16"):
        sketch(SketchSpec(16, Hadamard(), 7), run)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"roots": []}, "root"),
        ({"roots": [{"object": "a", "weight": 1}]}, "'b' is not reachable"),
        ({"roots": [{"object": "x", "weight": 1}]}, "no object 'x'"),
        ({"roots": [{"object": "b", "weight": 0.9}]}, "sum to 1"),
        ({"objects": EXAMPLE["objects"] * 2}, "unique"),
        ({"mass": 0}, "mass"),
        ({"roots": [{"object": "b", "weight": 1, "position": -1}]}, "roots: position -1"),
        ({"roots": [{"object": "b", "weight": 1, "position": 1048577}]}, "position 1048577"),
    ],
)
def test_broken_computations_are_refused(changes, error):
    with pytest.raises(ValueError, match=error):
        computation(EXAMPLE | changes)


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"inputs": [{"object": "b", "weight": 1}]}, "cycle"),
        ({"module": ""}, "module"),
        ({"ownWeight": 0.25}, "frame: own weight of an object without inputs"),
        ({"module": "\ud800"}, "surrogates"),
        ({"attributes": {"dense": {"values": ["NaN"]}}}, "finite"),
        ({"attributes": {"dense": {"values": [1]}, "sparse": {}}}, "one form"),
        (
            {"attributes": {"sparse": {"dimension": 2, "indices": [1, 1], "values": [1, 1]}}},
            "indices",
        ),
        ({"attributes": {"sparse": {"dimension": 2, "indices": [2], "values": [1]}}}, "indices"),
        ({"attributes": {"dense": {"values": [3e38] * 99}}}, "not finite"),
    ],
)
def test_broken_objects_are_refused(changes, error):
    frame, *others = EXAMPLE["objects"]
    broken = EXAMPLE | {"objects": [frame | changes, *others]}
    with pytest.raises(ValueError, match=error):
        sketch(SketchSpec(16, BlockSparse(1), 7), computation(broken))


@pytest.mark.parametrize("own_weight", [0, 1, 0.99999999, 1e-46, -0.5])
def test_own_weights_out_of_range_are_refused(own_weight):
    broken = EXAMPLE | {"objects": [_FRAME, _A | {"ownWeight": own_weight}, _B]}
    with pytest.raises(ValueError, match="a: own weight .* above 0 and below 1"):
        computation(broken)
