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


class Turned:
    """Data of low rank in as many principal axes: what depends on distances alone does not change."""

    def __init__(self, data, centred):
        self.mean = data.mean(axis=0) if centred else np.zeros(data.shape[1])
        left, values, rows = np.linalg.svd(data - self.mean, full_matrices=False)
        rank = (values > 1e-5 * values[0]).sum()
        self.rows = left[:, :rank] * values[:rank]
        self.columns = rows[:rank].T * values[:rank]
        self.axes = rows[:rank].T


def fit(model, data):
    """The model's answer, and its iterations, or that they were not enough."""
    answer = model.fit_transform(data)
    ended = model.n_iter_ < model.max_iter
    return answer, f"{model.n_iter_:.0f}{'' if ended else ', not converged'}"


def ica(data):
    model = FastICA(
        data.shape[1], whiten="unit-variance", max_iter=2000, tol=1e-4, random_state=1
    )
    return (model, *fit(model, data))


def ica_of_codes(data, count):
    turned = Turned(data, True)
    model, codes, took = ica(turned.rows[:, :count])
    yield "", turned.axes[:, :count] @ model.mixing_, codes, took


def ica_of_columns(data, count):
    """Its sources are the columns, which are sparse, too."""
    turned = Turned(data, True)
    model, columns, took = ica(turned.columns[:, :count])
    codes = turned.rows[:, :count] / np.linalg.norm(turned.rows[:, :count], axis=0)
    yield "", columns, codes @ model.mixing_, took


def dictionary(data, count, positive):
    """With codes that are not negative the offset is a column, too."""
    turned = Turned(data, not positive)
    values = turned.rows / np.sqrt((turned.rows**2).sum(axis=1).mean())
    for penalty in PENALTIES:
        model = MiniBatchDictionaryLearning(
            count + positive,
            alpha=penalty,
            batch_size=256,
            max_iter=20,
            fit_algorithm="cd",
            transform_algorithm="lasso_cd",
            transform_alpha=penalty,
            positive_code=positive,
            random_state=1,
        )
        codes, took = fit(model, values)
        yield f", penalty {penalty}", turned.axes @ model.components_.T, codes, took


def nmf(data, count):
    """Of data shifted by the least value of every float; one component more for the shift."""
    model = NMF(count + 1, init="nndsvda", max_iter=200, random_state=1)
    codes, took = fit(model, data - data.min(axis=0))
    yield "", model.components_.T, codes, took


# Residual codes have both signs: what needs codes that are not negative is of the sketches alone.
METHODS = [
    ("FastICA, sources are codes", ica_of_codes, ("sketches", "residual")),
    ("FastICA, sources are columns", ica_of_columns, ("sketches", "residual")),
    (
        "MiniBatchDictionaryLearning",
        lambda data, count: dictionary(data, count, False),
        ("sketches", "residual"),
    ),
    (
        "the same, codes not negative",
        lambda data, count: dictionary(data, count, True),
        ("sketches",),
    ),
    ("NMF", nmf, ("sketches",)),
]


def row(method, data, cos, false, took, seconds):
    found = (cos >= FOUND).sum()
    print(
        f"| {method} | {data} | {found} of {len(cos)} | {(cos >= 0.9).sum()} |"
        f" {np.median(cos):.2f} | {false} | {took} | {seconds:.0f} |",
        flush=True,
    )


def best(fits, truth, hidden, data):
    """The row of the setting that finds most."""
    rows = []
    began = time.perf_counter()
    for setting, columns, codes, took in fits:
        seconds = time.perf_counter() - began
        cos = score(hidden, data, columns, codes)
        false = (nearest(columns, truth) < FOUND).sum()
        rows.append((((cos >= FOUND).sum(), cos.mean()), setting, cos, false, took, seconds))
        began = time.perf_counter()
    return max(rows, key=lambda each: each[0])[1:]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--root", type=pathlib.Path, required=True)
    parser.add_argument("--folder", type=pathlib.Path, required=True)
    parser.add_argument("--machine", required=True)
    parser.add_argument("teacher", type=pathlib.Path, nargs="?")
    options = parser.parse_args()
    warnings.filterwarnings("ignore")  # the table says what has not converged
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
    print("\n| method | of | columns, cos ≥ 0.99 | ≥ 0.9 | median cos | false | iterations | seconds |")
    print("|" + " --- |" * 8)
    false = (nearest(ours, truth) < FOUND).sum()
    row("`resketch recover`", "sketches", nearest(hidden, ours), false, "–", report["seconds"])
    kinds = {"sketches": (sketches, truth.shape[1]), "residual": (residual, hidden.shape[1])}
    for method, fits, names in METHODS:
        for name in names:
            data, count = kinds[name]
            setting, *rest = best(fits(data, count), truth, hidden, data)
            row(method + setting, name, *rest)


if __name__ == "__main__":
    main()
