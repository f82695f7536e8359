"""Section 1: computations, read from the JSON form of resketch.v1.Computation."""

from __future__ import annotations

import base64
import json
import math
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from typing import Any

import numpy as np


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
    """Position of an object in its computation, and its weight."""

    object: int
    weight: np.float32


@dataclass(frozen=True)
class SketchObject:
    """One output of one module; inputs in order."""

    id: str
    module: str
    attributes: Attributes
    inputs: tuple[WeightedInput, ...]


@dataclass(frozen=True)
class Computation:
    """A checked graph: `bottom_up` lists every object's position after those of its inputs."""

    objects: tuple[SketchObject, ...]
    roots: tuple[WeightedInput, ...]
    mass: float
    bottom_up: tuple[int, ...]

    @staticmethod
    def from_json(line: str) -> Computation:
        """Reads one computation; ValueError if it breaks a rule of computation.proto."""
        message = json.loads(line)
        objects_json = message.get("objects") or []
        positions = {o.get("id", ""): i for i, o in enumerate(objects_json)}
        if len(positions) != len(objects_json) or "" in positions:
            raise ValueError("objects: ids must be unique and not empty")
        for o in objects_json:
            if not o.get("module"):
                raise ValueError(f"{o['id']}: module is empty")
        objects = tuple(
            SketchObject(
                o["id"],
                o["module"],
                _attributes(o.get("attributes") or {}, o["id"]),
                _inputs(o.get("inputs") or [], positions, o["id"]),
            )
            for o in objects_json
        )
        roots = _inputs(message.get("roots") or [], positions, "roots")
        if not roots:
            raise ValueError("roots: a computation needs at least one")
        mass = float(len(roots) if message.get("mass") is None else message["mass"])
        if not 0 < mass < math.inf:
            raise ValueError(f"mass: {mass} must be finite and above 0")
        return Computation(objects, roots, mass, _bottom_up(objects, roots))


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
    edges: list[dict[str, Any]], positions: dict[str, int], owner: str
) -> tuple[WeightedInput, ...]:
    for edge in edges:
        if edge.get("object", "") not in positions:
            raise ValueError(f"{owner}: no object {edge.get('object', '')!r}")
    weights = _floats([edge.get("weight") or 0 for edge in edges], f"{owner}: weights")
    if edges and (weights.min() < 0 or not math.isclose(math.fsum(weights), 1, abs_tol=1e-4)):
        raise ValueError(f"{owner}: weights must be at least 0 and sum to 1")
    return tuple(WeightedInput(positions[e["object"]], w) for e, w in zip(edges, weights))


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
