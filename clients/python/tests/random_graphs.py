"""Random computations as JSON lines, with what could part two implementations."""

from __future__ import annotations

import base64
import json
import random
import re
import struct
from dataclasses import dataclass
from typing import Any

MAX_DEPTH = 8
MAX_FAN_IN = 12
MAX_POSITION = 2**20

# The second and third differ in their bytes only: é composed and decomposed.
MODULES = [
    "cat", "caf\u00e9", "cafe\u0301", "猫", "🐈", "قطة", "a b", " ", "\0", "\n", '"\\/', "conv:0",
    "Ω" * 90,
]  # fmt: skip

# Zeros of both signs, subnormal numbers, what rounds to them and to zero, large ones, and two
# numbers that become another float32 at once than by way of float64.
SPECIAL_VALUES = [
    "0", "-0.0", "1e-45", "-1.4e-45", "7.1e-46", "-1e-300", "1.17549421e-38", "1.17549435e-38",
    "1e30", "-1e30", "1.0000000596046447753906250000001", "7.038531e-26",
]  # fmt: skip


# The smallest, of which no half is left, the default with and without its digits, and the largest.
OWN_WEIGHTS = ["1e-45", "1.17549435e-38", "0.5", "0.50", "0.1", "0.99999994"]


@dataclass(frozen=True)
class Limits:
    """What a family can sketch: the most attributes of a module, and the largest of them."""

    attributes: int = 300
    largest: str = "3.4028234e38"

    @staticmethod
    def hadamard(dimension: int) -> Limits:
        """No sum in a transform is more than d times the norm of what is transformed."""
        return Limits(min(300, dimension), repr(3.4028234e38 / (4 * dimension)))


def json_lines(seed: int, count: int, limits: Limits = Limits()) -> list[str]:
    """`count` computations, the same for the same arguments; every second one is placed."""
    rng = random.Random(seed)
    computations = [_computation(rng, f"run-{i}", limits) for i in range(count)]
    for computation in computations[1::2]:
        _place(rng, computation)
    return [_write(computation, rng) for computation in computations]


def _place(rng: random.Random, computation: dict[str, Any]) -> None:
    """States positions and own weights."""
    _place_list(rng, computation["roots"])
    for message in computation["objects"]:
        if "inputs" in message:
            _place_list(rng, message["inputs"])
            if rng.random() < 0.7:
                special = rng.choice(OWN_WEIGHTS)
                message["ownWeight"] = rng.choice(["#" + special, rng.uniform(0.01, 0.99)])


def _place_list(rng: random.Random, edges: list[dict[str, Any]]) -> None:
    """All absent, one bag, cells of a small grid, anywhere, or stated here and there."""
    kind = rng.choice(["absent", "bag", "grid", "anywhere", "some"])
    for edge in edges:
        if kind == "bag":
            edge["position"] = 0
        elif kind == "grid":
            edge["position"] = rng.randrange(4)
        elif kind == "anywhere":
            edge["position"] = rng.choice([rng.randint(0, MAX_POSITION), 1, MAX_POSITION])
        elif kind == "some" and rng.random() < 0.5:
            edge["position"] = rng.choice([0, 20, None])


def _write(message: dict[str, Any], rng: random.Random) -> str:
    text = json.dumps(message, ensure_ascii=rng.random() < 0.5)
    return re.sub('"#([^"]*)"', r"\1", text)  # digits that json would not write itself


def _computation(rng: random.Random, run: str, limits: Limits) -> dict[str, Any]:
    levels: list[list[str]] = []
    objects: dict[str, dict[str, Any]] = {}
    used: set[str] = set()
    for depth in range(rng.randint(1, MAX_DEPTH)):
        below = [name for level in levels for name in level]
        level = []
        for _ in range(rng.randint(1, 4)):
            name = f"θ{len(objects)}"
            inputs = _choose(rng, levels[-1], below) if depth else []
            objects[name] = _object(rng, name, inputs, limits)
            used.update(inputs)
            level.append(name)
        levels.append(level)
    # What no other object uses must be a root; some that are used are roots too, some even twice.
    roots = [name for name in objects if name not in used]
    roots += rng.choices(list(objects), k=rng.randint(0, 3))
    rng.shuffle(roots)
    shuffled = list(objects.values())
    rng.shuffle(shuffled)
    message = {"id": run, "objects": shuffled, "roots": _weighted(rng, roots)}
    if rng.random() < 0.3:
        message["mass"] = rng.uniform(0.1, 50)
    return message


def _choose(rng: random.Random, previous: list[str], below: list[str]) -> list[str]:
    """0 to 12 inputs, repetitions allowed; the first keeps the graph deep."""
    if rng.random() < 0.15:
        return []
    return [rng.choice(previous)] + rng.choices(below, k=rng.randint(0, MAX_FAN_IN - 1))


def _object(
    rng: random.Random, name: str, inputs: list[str], limits: Limits
) -> dict[str, Any]:
    message: dict[str, Any] = {"id": name, "module": rng.choice(MODULES)}
    form = rng.choice(["absent", "empty", "dense", "sparse", "packed"])
    if form == "empty":
        message["attributes"] = rng.choice(
            [{}, {"dense": {}}, {"dense": {"values": []}}, {"sparse": {"dimension": 9}}]
        )
    elif form != "absent":
        message["attributes"] = {form: _FORMS[form](rng, limits)}
    if inputs:
        message["inputs"] = _weighted(rng, inputs)
    return message


def _values(rng: random.Random, count: int, limits: Limits) -> list[Any]:
    values: list[Any] = [rng.gauss(0, 1) for _ in range(count)]
    # Two of the largest do not overflow a sum; more could.
    specials = [*SPECIAL_VALUES, limits.largest, "-" + limits.largest]
    for special in rng.sample(specials, k=rng.choice([0, 0, 0, 1, 2])):
        values[rng.randrange(count)] = "#" + special
    return values


def _dense(rng: random.Random, limits: Limits) -> dict[str, Any]:
    return {"values": _values(rng, min(rng.choice([1, 2, 7, 16, 40]), limits.attributes), limits)}


def _sparse(rng: random.Random, limits: Limits) -> dict[str, Any]:
    dimension = min(rng.choice([1, 8, 300]), limits.attributes)
    indices = sorted(rng.sample(range(dimension), k=rng.randint(1, min(dimension, 6))))
    values = _values(rng, len(indices), limits)
    return {"dimension": dimension, "indices": indices, "values": values}


def _packed(rng: random.Random, limits: Limits) -> dict[str, Any]:
    values = [float(str(v).lstrip("#")) for v in _values(rng, rng.choice([1, 3, 16]), limits)]
    data = struct.pack(f"<{len(values)}f", *values)
    encode = rng.choice([base64.b64encode, base64.urlsafe_b64encode])
    return {"encoding": "ENCODING_F32", "data": encode(data).decode()}


_FORMS = {"dense": _dense, "sparse": _sparse, "packed": _packed}


def _weighted(rng: random.Random, names: list[str]) -> list[dict[str, Any]]:
    return [{"object": n, "weight": w} for n, w in zip(names, _weights(rng, len(names)))]


def _weights(rng: random.Random, count: int) -> list[Any]:
    """At least 0 and, within 1e-4, of sum 1: equal, random, mostly zero, or a little off."""
    kind = rng.choice(["equal", "random", "zeros", "off"])
    if kind == "equal":
        return [1 / count] * count
    if kind == "zeros":
        weights: list[Any] = [rng.choice([0, "#1e-45", "#-0.0"]) for _ in range(count)]
        weights[rng.randrange(count)] = 1
        return weights
    parts = [rng.random() + 1e-3 for _ in range(count)]
    total = sum(parts) * (1 if kind == "random" else 1 + rng.uniform(-9e-5, 9e-5))
    return [part / total for part in parts]
