"""Section 1: computations, read from the JSON form of resketch.v1.Computation."""

from __future__ import annotations

import base64
import hashlib
import json
import math
import struct
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

import numpy as np

MAX_POSITION = 2**20
DEFAULT_OWN_WEIGHT = np.float32(0.5)


@dataclass(frozen=True)
class Attributes:
    """An attribute vector: its length, and the values (float32) at increasing indices."""

    dimension: int
    indices: np.ndarray
    values: np.ndarray

    @staticmethod
    def dense(values: np.ndarray) -> Attributes:
        return Attributes(len(values), np.arange(len(values)), values)


@dataclass(frozen=True)
class WeightedInput:
    """Number of an object of the same computation, its weight, and its position in the list."""

    object: int
    weight: np.float32
    position: int


@dataclass(frozen=True)
class SketchObject:
    """One output of one module; inputs in order. A leaf's own weight has no meaning."""

    id: str
    module: str
    attributes: Attributes
    inputs: tuple[WeightedInput, ...]
    own_weight: np.float32 = DEFAULT_OWN_WEIGHT

    def is_plain(self) -> bool:
        """Whether positions are indices, and the own weight 1/2."""
        return _in_order(self.inputs) and self.own_weight == DEFAULT_OWN_WEIGHT


@dataclass(frozen=True)
class Computation:
    """A checked graph: `bottom_up` lists every object's number after those of its inputs."""

    objects: tuple[SketchObject, ...]
    roots: tuple[WeightedInput, ...]
    mass: float
    bottom_up: tuple[int, ...]

    @staticmethod
    def from_json(line: str) -> Computation:
        """Reads one computation; ValueError if it breaks a rule of computation.proto."""
        message = json.loads(line)
        objects_json = message.get("objects") or []
        numbers = {o.get("id", ""): i for i, o in enumerate(objects_json)}
        if len(numbers) != len(objects_json) or "" in numbers:
            raise ValueError("objects: ids must be unique and not empty")
        for o in objects_json:
            if not o.get("module"):
                raise ValueError(f"{o['id']}: module is empty")
        objects = tuple(
            SketchObject(
                o["id"],
                o["module"],
                _attributes(o.get("attributes") or {}, o["id"]),
                _inputs(o.get("inputs") or [], numbers, o["id"]),
                _own_weight(o),
            )
            for o in objects_json
        )
        roots = _inputs(message.get("roots") or [], numbers, "roots")
        if not roots:
            raise ValueError("roots: a computation needs at least one")
        mass = float(len(roots) if message.get("mass") is None else message["mass"])
        if not 0 < mass < math.inf:
            raise ValueError(f"mass: {mass} must be finite and above 0")
        return Computation(objects, roots, mass, _bottom_up(objects, roots))

    def skeleton_hash(self) -> bytes:
        """Of the computation without its attribute values (docs/formats.md), 32 bytes."""
        form = struct.pack("<i", len(self.objects))
        for o in self.objects:
            form += _counted(o.id) + _counted(o.module)
            form += struct.pack("<i", o.attributes.dimension) + _edges(o.inputs)
        form += _edges(self.roots) + struct.pack("<d", self.mass)
        if any(not o.is_plain() for o in self.objects) or not _in_order(self.roots):
            for o in self.objects:
                form += struct.pack("<f", o.own_weight) + _positions(o.inputs)
            form += _positions(self.roots)
        return hashlib.sha256(form).digest()


def _in_order(edges: tuple[WeightedInput, ...]) -> bool:
    return all(e.position == index for index, e in enumerate(edges))


def _counted(text: str) -> bytes:
    encoded = text.encode()
    return struct.pack("<i", len(encoded)) + encoded


def _edges(edges: tuple[WeightedInput, ...]) -> bytes:
    pairs = b"".join(struct.pack("<if", e.object, e.weight) for e in edges)
    return struct.pack("<i", len(edges)) + pairs


def _positions(edges: tuple[WeightedInput, ...]) -> bytes:
    return struct.pack(f"<{len(edges)}i", *[e.position for e in edges])


def _bottom_up(
    objects: tuple[SketchObject, ...], roots: tuple[WeightedInput, ...]
) -> tuple[int, ...]:
    edges = {i: [e.object for e in o.inputs] for i, o in enumerate(objects)}
    try:
        order = tuple(TopologicalSorter(edges).static_order())
    except CycleError as e:
        raise ValueError(f"objects: {e.args[1]} form a cycle") from e
    reached = {e.object for e in roots}
    for i in reversed(order):
        if i not in reached:
            raise ValueError(f"objects: {objects[i].id!r} is not reachable from a root")
        reached.update(edges[i])
    return order


def _inputs(
    edges: list[dict[str, Any]], numbers: dict[str, int], owner: str
) -> tuple[WeightedInput, ...]:
    for edge in edges:
        if edge.get("object", "") not in numbers:
            raise ValueError(f"{owner}: no object {edge.get('object', '')!r}")
    weights = _floats([edge.get("weight") or 0 for edge in edges], f"{owner}: weights")
    if edges and (weights.min() < 0 or not math.isclose(math.fsum(weights), 1, abs_tol=1e-4)):
        raise ValueError(f"{owner}: weights must be at least 0 and sum to 1")
    return tuple(
        WeightedInput(numbers[e["object"]], w, _position(e.get("position"), index, owner))
        for index, (e, w) in enumerate(zip(edges, weights))
    )


def _position(stated: Any, index: int, owner: str) -> int:
    position = index if stated is None else int(stated)
    if stated is not None and not 0 <= position <= MAX_POSITION:
        raise ValueError(f"{owner}: position {position} must be 0 to {MAX_POSITION}")
    return position


def _own_weight(message: dict[str, Any]) -> np.float32:
    stated = message.get("ownWeight")
    if stated is None:
        return DEFAULT_OWN_WEIGHT
    own_weight = _floats([stated], f"{message['id']}: own weight")[0]
    if not message.get("inputs"):
        raise ValueError(f"{message['id']}: own weight of an object without inputs")
    if not 0 < own_weight < 1:
        raise ValueError(f"{message['id']}: own weight {own_weight} must be above 0 and below 1")
    return own_weight


def _attributes(message: dict[str, Any], owner: str) -> Attributes:
    name = f"{owner}: attributes"
    given = {form: value for form, value in message.items() if value is not None}
    if len(given) > 1:
        raise ValueError(f"{name}: must have one form, not {', '.join(given)}")
    if "sparse" in given:
        return _sparse(given["sparse"], name)
    if "packed" in given:
        packed = given["packed"]
        if packed.get("encoding") not in ("ENCODING_F32", 1):
            raise ValueError(f"{name}: encoding must be ENCODING_F32")
        data = _base64(packed.get("data") or "")
        return Attributes.dense(_finite(np.frombuffer(data, "<f4"), name))
    return Attributes.dense(_floats(given.get("dense", {}).get("values") or [], name))


def _sparse(sparse: dict[str, Any], name: str) -> Attributes:
    dimension = int(sparse.get("dimension") or 0)
    indices = np.array([int(i) for i in sparse.get("indices") or []], np.int64)
    values = _floats(sparse.get("values") or [], name)
    if (
        len(indices) != len(values)
        or np.any(np.diff(indices, prepend=-1) < 1)
        or np.any(indices >= dimension)
    ):
        raise ValueError(f"{name}: indices must increase, stay below {dimension}, and match values")
    return Attributes(dimension, indices, values)


def _base64(text: str) -> bytes:
    """Standard or URL-safe alphabet, with or without padding: proto3 JSON takes all four."""
    text = text.rstrip("=").replace("-", "+").replace("_", "/")
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)


def _floats(numbers: list[Any], name: str) -> np.ndarray:
    """A decimal number becomes a float64 first, then a float32, and is rounded twice."""
    with np.errstate(over="ignore"):
        return _finite(np.array([float(n) for n in numbers], np.float64).astype("<f4"), name)


def _finite(values: np.ndarray, name: str) -> np.ndarray:
    if not np.all(np.isfinite(values)):
        raise ValueError(f"{name}: must be finite float32")
    return values
