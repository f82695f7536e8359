"""The tree of the tables: 3 levels of 4 inputs, 84 objects of 64 attributes, level by level."""

import json

import numpy as np

FAN_IN = 4
LEVELS = 3
ATTRIBUTES = 64
LEVEL_SIZES = [FAN_IN**level for level in range(1, LEVELS + 1)]
OBJECTS = sum(LEVEL_SIZES)
STARTS = np.concatenate([[0], np.cumsum(LEVEL_SIZES)])


def level(depth):
    """The objects of a depth, from 1, as a slice."""
    return slice(int(STARTS[depth - 1]), int(STARTS[depth]))


def path(i):
    """Positions from the root down to object i."""
    depth = int(np.searchsorted(STARTS, i, side="right"))
    rank = i - int(STARTS[depth - 1])
    return [rank // FAN_IN ** (depth - 1 - k) % FAN_IN for k in range(depth)]


def draw(rng, nonzero):
    """Attribute vectors of norm 1, one a row: Gaussian, or with `nonzero` positive entries."""
    x = rng.standard_normal((OBJECTS, ATTRIBUTES))
    if nonzero < ATTRIBUTES:
        keep = np.argsort(rng.random(x.shape), axis=1)[:, :nonzero]
        mask = np.zeros(x.shape, dtype=bool)
        np.put_along_axis(mask, keep, True, axis=1)
        x = np.where(mask, np.abs(x), 0)
    return (x / np.linalg.norm(x, axis=1, keepdims=True)).astype(np.float32)


def tree_line(name, x):
    """The tree as resketch.v1.Computation."""
    children = {}
    for i in range(OBJECTS):
        if len(path(i)) < LEVELS:
            below = level(len(path(i)) + 1).start
            first = below + (i - level(len(path(i))).start) * FAN_IN
            children[i] = range(first, first + FAN_IN)
    objects = [
        {
            "id": f"o{i}",
            "module": f"module {i}",
            "attributes": attributes(x[i]),
            "inputs": [{"object": f"o{c}", "weight": 1 / FAN_IN} for c in children.get(i, ())],
        }
        for i in range(OBJECTS)
    ]
    roots = [{"object": f"o{i}", "weight": 1 / FAN_IN} for i in range(FAN_IN)]
    return json.dumps({"id": name, "objects": objects, "roots": roots})


def flat_line(name, x):
    """All attributes of the tree as one object."""
    return json.dumps(
        {
            "id": name,
            "objects": [{"id": "o", "module": "o", "attributes": attributes(x.ravel())}],
            "roots": [{"object": "o", "weight": 1}],
        }
    )


def attributes(values):
    indices = np.flatnonzero(values)
    if len(indices) == len(values):
        return {"dense": {"values": values.tolist()}}
    sparse = {"dimension": len(values), "indices": indices.tolist()}
    return {"sparse": {**sparse, "values": values[indices].tolist()}}
