"""Runs a small network over scikit-learn's handwritten digits and writes every run as a graph.

The network is a multi-layer perceptron of two hidden layers, trained on the first half of the
pictures. A run has four patches of the picture, both hidden layers and the output as objects.
"""

import json

import numpy as np
from sklearn.datasets import load_digits
from sklearn.neural_network import MLPClassifier

SEED = 1


def unit(rows):
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)


def layers(network, pictures):
    """What each layer says to each picture; the last are probabilities."""
    first = np.maximum(pictures @ network.coefs_[0] + network.intercepts_[0], 0)
    second = np.maximum(first @ network.coefs_[1] + network.intercepts_[1], 0)
    return first, second, network.predict_proba(pictures)


def patches(pictures):
    """The four quarters of each picture, unit length each."""
    squares = pictures.reshape(-1, 8, 8)
    return [
        unit(squares[:, y : y + 4, x : x + 4].reshape(-1, 16)) for y in (0, 4) for x in (0, 4)
    ]


def graph(name, i, quarters, first, second, output):
    """One run: patches, then the layers; `output` None for a network that ends before it."""

    def dense(values):
        return {"dense": {"values": [round(float(v), 5) for v in values]}}

    objects = [
        {"id": f"p{p}", "module": f"patch-{p}", "attributes": dense(rows[i])}
        for p, rows in enumerate(quarters)
    ]
    inputs = [{"object": f"p{p}", "weight": 0.25} for p in range(4)]
    objects.append(
        {"id": "h1", "module": "hidden-1", "attributes": dense(first[i]), "inputs": inputs}
    )
    top = "h1"
    if output is not None:
        objects.append(
            {
                "id": "h2",
                "module": "hidden-2",
                "attributes": dense(second[i]),
                "inputs": [{"object": "h1", "weight": 1}],
            }
        )
        objects.append(
            {
                "id": "out",
                "module": "output",
                "attributes": dense(output[i]),
                "inputs": [{"object": "h2", "weight": 1}],
            }
        )
        top = "out"
    minute = f"2026-01-{1 + i // 1440:02d}T{i // 60 % 24:02d}:{i % 60:02d}:00Z"
    return {
        "id": name,
        "time": minute,
        "objects": objects,
        "roots": [{"object": top, "weight": 1}],
    }


def runs(folder):
    """Writes `whole.jsonl` and `first-layer.jsonl`; returns pixels, labels and accuracy."""
    digits = load_digits()
    pictures, labels = digits.data / 16, digits.target
    half = len(pictures) // 2
    network = MLPClassifier((64, 32), random_state=SEED, max_iter=400, alpha=1e-3)
    network.fit(pictures[:half], labels[:half])
    accuracy = network.score(pictures[half:], labels[half:])
    first, second, output = layers(network, pictures)
    quarters, first, second = patches(pictures), unit(first), unit(second)
    for file, last in (("whole", output), ("first-layer", None)):
        with open(folder / f"{file}.jsonl", "w", encoding="utf-8") as out:
            for i in range(len(pictures)):
                run = graph(f"digit-{i:04d}", i, quarters, first, second, last)
                out.write(json.dumps(run) + "\n")
    return pictures, labels, accuracy
