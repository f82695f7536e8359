"""Concepts of a server against scikit-learn's clusterings of the same sketches.

Starts a server on loopback, stores the runs of `network.py` on it, asks for the concepts and for
what is new, and prints the tables of docs/accuracy.md.
"""

import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import threading
import time
import warnings

import numpy as np
from sklearn.cluster import HDBSCAN, MiniBatchKMeans
from sklearn.metrics import normalized_mutual_info_score

import network

CLASSES = 10
SEEDS = 10
SPEC = ["--dimension", "4096", "--seed", "7"]
SETS = {"whole": "whole network", "first-layer": "up to the first layer"}


def purity(labels, groups):
    """Part of the runs whose group's most frequent class is theirs; noise counts as wrong."""
    hits = sum(
        np.bincount(labels[groups == g]).max() for g in np.unique(groups) if g >= 0
    )
    return hits / len(labels)


def score(labels, groups):
    return normalized_mutual_info_score(labels, groups), purity(labels, groups)


class Server:
    """A server process and its command."""

    def __init__(self, root, data):
        self.command = str(root / "resketch")
        self.process = subprocess.Popen(
            [self.command, "serve", "--data", str(data), "--port", "0", "--http-port", "0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.address = None
        for line in self.process.stdout:
            if "127.0.0.1:" in line:
                self.address = "127.0.0.1:" + line.split("127.0.0.1:")[1].split()[0].strip(",;")
                break
        if self.address is None:
            sys.exit("the server did not start")
        threading.Thread(target=self.process.stdout.read, daemon=True).start()

    def arguments(self, collection, name, *more):
        return [
            self.command, name, *more, "--server", self.address, "--collection", collection
        ]

    def run(self, collection, name, *more):
        done = subprocess.run(
            self.arguments(collection, name, *more), check=True, capture_output=True, text=True
        )
        return done.stdout

    def put(self, collection, lines, folder):
        file = folder / "put.jsonl"
        file.write_text("".join(lines), encoding="utf-8")
        self.run(collection, "put", str(file), "--create", *SPEC)

    def groups(self, collection, count):
        """The concept of each run, in order of their ids."""
        out = self.run(
            collection, "concepts", "--count", str(count), "--members", "0", "--json"
        )
        members = [json.loads(line) for line in out.splitlines()]
        found = {m["record"]["name"]: int(m["concept"]) for m in members}
        return np.array([found[name] for name in sorted(found)])

    def close(self):
        self.process.terminate()
        self.process.wait()


def clusterings(labels, vectors):
    """Scores of MiniBatchKMeans (mean over seeds) and of HDBSCAN with the best of a few sizes."""
    means = [
        score(
            labels,
            MiniBatchKMeans(CLASSES, random_state=s, n_init=3).fit_predict(vectors),
        )
        for s in range(SEEDS)
    ]
    dense = [
        HDBSCAN(min_cluster_size=size, copy=True).fit_predict(vectors)
        for size in (5, 10, 15, 30)
    ]
    best = max(dense, key=lambda groups: score(labels, groups)[0])
    return np.mean(means, axis=0), best


def row(what, method, groups, scores):
    print(f"| {what} | {method} | {groups} | {scores[0]:.3f} | {scores[1]:.3f} |")


def grouped(server, name, labels, folder, lines):
    vectors = np.load(folder / f"{name}.npy")[:, :1024].astype(np.float64)
    vectors = network.unit(vectors)
    means, dense = clusterings(labels, vectors)
    orders = {"by class": np.argsort(labels, kind="stable")}
    for s in range(4):
        orders[f"shuffled {s}"] = np.random.default_rng(s).permutation(len(lines))
    server.put(name, lines, folder)
    ten = server.groups(name, CLASSES)
    row(SETS[name], "concepts, 10 asked for", len(set(ten)), score(labels, ten))
    others = []
    for order, places in orders.items():
        # Numbers of minutes in the new order, so that the server reads them in it.
        times = [json.loads(lines[i])["time"] for i in range(len(lines))]
        moved = []
        for at, i in enumerate(places):
            run = json.loads(lines[i])
            run["time"] = times[at]
            moved.append(json.dumps(run) + "\n")
        collection = name + "-" + order.replace(" ", "-")
        server.put(collection, moved, folder)
        others.append(score(labels, server.groups(collection, CLASSES)))
    row(SETS[name], "the same, other orders: mean of 5", CLASSES, np.mean(others, axis=0))
    row(SETS[name], "the same, worst NMI of 5", CLASSES, min(others))
    free = server.groups(name, 0)
    row(SETS[name], "concepts, number left open", len(set(free)), score(labels, free))
    row(SETS[name], "MiniBatchKMeans, 10, mean of 10 seeds", CLASSES, means)
    noise = np.mean(dense < 0)
    row(
        SETS[name],
        f"HDBSCAN, best of 4 sizes; {100 * noise:.0f} % noise",
        len(set(dense)) - (1 if noise else 0),
        score(labels, dense),
    )


def watched(server, name, labels, folder, lines, held):
    """Runs of one class come behind half of the others: when is that seen, and what else?"""
    order = np.random.default_rng(held).permutation(len(lines))
    old = [i for i in order if labels[i] != held]
    first, rest = old[: len(old) // 2], old[len(old) // 2 :]
    rest = rest + [i for i in order if labels[i] == held]
    rest = [rest[i] for i in np.random.default_rng(held + 100).permutation(len(rest))]
    collection = f"{name}-without-{held}"
    server.put(collection, [lines[i] for i in first], folder)
    events = []
    process = subprocess.Popen(
        server.arguments(collection, "concepts", "--watch", "--json"),
        stdout=subprocess.PIPE,
        text=True,
    )
    started = threading.Event()

    def read():
        for line in process.stdout:
            event = json.loads(line)
            started.set()
            if "newConcept" in event:
                events.append(event["newConcept"])

    reader = threading.Thread(target=read)
    reader.start()
    if not started.wait(60):
        sys.exit("the watch did not start")
    server.put(collection, [lines[i] for i in rest], folder)
    server.run(collection, "concepts")  # has every run
    time.sleep(1)
    process.terminate()
    process.wait()
    reader.join()
    places = {json.loads(lines[i])["id"]: i for i in rest}
    came = [i for i in rest if labels[i] == held]
    right, wrong, seen = 0, 0, None
    for event in events:
        ids = [s.rsplit("/", 1)[1] for s in event["sketches"]]
        classes = [labels[places[i]] if i in places else -1 for i in ids]
        if classes.count(held) >= 2:
            right += 1
            last = max(rest.index(places[i]) for i in ids if i in places)
            after = sum(rest.index(i) <= last for i in came)
            seen = after if seen is None else seen
        else:
            wrong += 1
    return seen, right, wrong


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", type=pathlib.Path, required=True)
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    parser.add_argument("--machine", required=True)
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    folder = options.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    pictures, labels, accuracy = network.runs(folder)
    command = str(options.root / "resketch")
    for name in SETS:
        subprocess.run(
            [command, "sketch", str(folder / f"{name}.jsonl"), *SPEC,
             "-o", str(folder / f"{name}.npy")],
            check=True,
            stderr=subprocess.DEVNULL,
        )
    data = folder / "data"
    shutil.rmtree(data, ignore_errors=True)
    server = Server(options.root, data)
    try:
        print(f"{options.machine}; the network is right in {100 * accuracy:.1f} %")
        print("\n| vectors | method | groups | NMI | purity |\n| --- | --- | --- | --- | --- |")
        for name in SETS:
            lines = (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines(True)
            grouped(server, name, labels, folder, lines)
        means, dense = clusterings(labels, network.unit(pictures))
        row("pixels", "MiniBatchKMeans, 10, mean of 10 seeds", CLASSES, means)
        row(
            "pixels",
            f"HDBSCAN, best of 4 sizes; {100 * np.mean(dense < 0):.0f} % noise",
            len(set(dense)) - 1,
            score(labels, dense),
        )
        print(
            "\n| vectors | digits seen as new | after so many of their runs | events that were"
            " of another digit |\n| --- | --- | --- | --- |"
        )
        for name in SETS:
            lines = (folder / f"{name}.jsonl").read_text(encoding="utf-8").splitlines(True)
            results = [
                watched(server, name, labels, folder, lines, held) for held in range(CLASSES)
            ]
            seen = [s for s, _, _ in results if s is not None]
            after = ", ".join(str(s) for s in sorted(seen))
            wrong = sum(w for _, _, w in results)
            print(f"| {SETS[name]} | {len(seen)} of {CLASSES} | {after} | {wrong} |")
    finally:
        server.close()


if __name__ == "__main__":
    main()
