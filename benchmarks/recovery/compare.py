"""Recovery of a network's columns beside scikit-learn's methods on the same pairs.

Makes the pairs of a teacher network, recovers it with `resketch recover` and with FastICA,
MiniBatchDictionaryLearning and NMF, and prints how many of the hidden columns each finds. The
methods of scikit-learn are told the true number of columns, and where a setting is tried in
several values, the one that finds most counts.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import time
import warnings

import numpy as np
from sklearn.decomposition import NMF, FastICA, MiniBatchDictionaryLearning

FOUND = 0.99
PENALTIES = (0.01, 0.03, 0.1)


def unit(columns):
    return columns / np.maximum(np.linalg.norm(columns, axis=0), 1e-300)


def nearest(truth, columns):
    """The greatest |cos| of every true column with a column of the answer."""
    return np.abs(unit(truth).T @ unit(columns)).max(axis=1)


def score(truth, data, columns, codes):
    """By the answer's columns, or those that fit its codes best, whichever finds more."""
    fitted = np.linalg.lstsq(codes, data - data.mean(axis=0), rcond=None)[0].T
    return max(
        (nearest(truth, c) for c in (columns, fitted)),
        key=lambda cos: ((cos >= FOUND).sum(), cos.mean()),
    )


def axes(data):
    """The data's mean, and its principal axes as rows; turning the data to them changes no distance."""
    mean = data.mean(axis=0)
    _, values, rows = np.linalg.svd(data - mean, full_matrices=False)
    return mean, rows[values > 1e-5 * values[0]]


def ica(data, count):
    model = FastICA(count, whiten="unit-variance", max_iter=1000, tol=1e-6, random_state=1)
    codes = model.fit_transform(data)
    yield "", model.mixing_, codes


def ica_of_columns(data, count):
    """Its sources are the columns, which are sparse, too."""
    model = FastICA(count, whiten="unit-variance", max_iter=1000, tol=1e-6, random_state=1)
    columns = model.fit_transform((data - data.mean(axis=0)).T)
    yield "", columns, model.mixing_


def learner(count, penalty, positive):
    return MiniBatchDictionaryLearning(
        count,
        alpha=penalty,
        batch_size=256,
        max_iter=30,
        fit_algorithm="cd",
        transform_algorithm="lasso_cd",
        transform_alpha=penalty,
        positive_code=positive,
        random_state=1,
    )


def dictionary(data, count, positive):
    mean, rows = axes(data)
    turned = (data - positive[0] * mean) @ rows.T
    turned = turned / np.sqrt((turned**2).sum(axis=1).mean())
    for penalty in PENALTIES:
        model = learner(count, penalty, positive[1])
        codes = model.fit_transform(turned)
        yield f"penalty {penalty}", rows.T @ model.components_.T, codes


def nmf(data, count):
    """Of data shifted by the least value of every float; one component more for the shift."""
    model = NMF(count + 1, init="nndsvda", max_iter=500, random_state=1)
    codes = model.fit_transform(data - data.min(axis=0))
    yield "", model.components_.T, codes


METHODS = [
    ("FastICA, sources are codes", ica),
    ("FastICA, sources are columns", ica_of_columns),
    ("MiniBatchDictionaryLearning", lambda x, n: dictionary(x, n, (1, False))),
    ("the same, codes not negative", lambda x, n: dictionary(x, n, (0, True))),
    ("NMF", nmf),
]


def row(method, data, cos, seconds, extra):
    found = (cos >= FOUND).sum()
    print(
        f"| {method} | {data} | {found} of {len(cos)} | {(cos >= 0.9).sum()} |"
        f" {np.median(cos):.2f} | {extra} | {seconds:.0f} |",
        flush=True,
    )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", type=pathlib.Path, required=True)
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    parser.add_argument("--machine", required=True)
    parser.add_argument("teacher", type=pathlib.Path, nargs="?")
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    folder = options.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    teacher = options.teacher or pathlib.Path(__file__).parent / "teacher.json"
    pairs, out = folder / "pairs", folder / "recovered"
    command = str(options.root / "resketch")
    settings = json.loads(teacher.read_text())
    width = settings.get("attributes", 16)
    sizes = [width] * settings["inputs"]
    subprocess.run([command, "recover", "--generate", teacher, "-o", pairs], check=True)
    done = subprocess.run(
        [
            command, "recover", "--inputs", pairs / "inputs.npy",
            "--input-sizes", ",".join(map(str, sizes)),
            "--sketches", pairs / "sketches.npy", "--nonnegative", "-o", out, "--json",
        ],
        stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    if done.returncode:
        sys.exit(done.returncode)
    report = json.loads(done.stdout)

    inputs = np.load(pairs / "inputs.npy").astype(np.float64)
    sketches = np.load(pairs / "sketches.npy").astype(np.float64)
    p = sum(sizes)
    truth = np.load(pairs / "dictionary.npy").astype(np.float64)
    hidden = truth[:, p:]
    ours = np.load(out / "dictionary.npy").astype(np.float64)[:, p:]
    known = np.hstack([inputs, np.ones((len(inputs), 1))])
    residual = sketches - known @ np.linalg.lstsq(known, sketches, rcond=None)[0]

    print(f"{options.machine}, scikit-learn; teacher {json.dumps(settings)}, {len(sketches)} pairs")
    print("\n| method | of | columns, cos ≥ 0.99 | ≥ 0.9 | median cos | false | seconds |")
    print("|" + " --- |" * 7)
    false = (nearest(ours, truth) < FOUND).sum()
    row("`resketch recover`", "sketches", nearest(hidden, ours), report["seconds"], false)
    for name, data, count in (
        ("sketches", sketches, truth.shape[1]),
        ("residual", residual, hidden.shape[1]),
    ):
        for method, fit in METHODS:
            began = time.perf_counter()
            best = None
            for setting, columns, codes in fit(data, count):
                seconds = time.perf_counter() - began
                cos = score(hidden, data, columns, codes)
                right = (nearest(columns, truth) >= FOUND).sum()
                rank = ((cos >= FOUND).sum(), cos.mean())
                if best is None or rank > best[0]:
                    best = rank, setting, cos, seconds, columns.shape[1] - right
                began = time.perf_counter()
            _, setting, cos, seconds, wrong = best
            row(method + (f", {setting}" if setting else ""), name, cos, seconds, wrong)


if __name__ == "__main__":
    main()
