"""Puts the product beside other ways to keep a tree of attribute vectors in d floats."""

import argparse
import json
import os
import time
import warnings

import numpy as np
from scipy.sparse.linalg import lsmr
from sklearn.random_projection import SparseRandomProjection

import product
import trees
import vsa

# In the order of the table; each is an option of `resketch decode` and a method of DecodeBenchmark.
DECODERS = "matched,joint"
FLAT_DECODERS = ["matched", "joint"]


def least_ms(call, seconds=2.0):
    """Least of many: what a shared machine disturbs least."""
    call()
    spent = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or len(spent) < 3:
        start = time.perf_counter()
        call()
        spent.append(time.perf_counter() - start)
    return 1e3 * min(spent)


def error(found, truth):
    return float(np.linalg.norm(found - truth) / np.linalg.norm(truth))


def tree_row(d, method, found, truth, encode_ms, decode_ms):
    found, truth = np.asarray(found).reshape(truth.shape), np.asarray(truth)
    depths = [
        error(found[:, trees.level(h)], truth[:, trees.level(h)])
        for h in range(1, trees.LEVELS + 1)
    ]
    return {
        "d": d,
        "method": method,
        "error_by_depth": depths,
        "error": error(found, truth),
        "encode_ms": encode_ms,
        "decode_ms": decode_ms,
    }


def vsa_rows(kind, d, runs):
    encoding = kind(np.random.default_rng(7), d)
    codes = [encoding.encode(x) for x in runs]
    encode_ms = least_ms(lambda: encoding.encode(runs[0]))
    for name, decode in (
        ("unbinding", encoding.unbind),
        ("least squares", lambda s: vsa.least_squares(encoding, s)),
    ):
        found = [decode(s) for s in codes]
        decode_ms = least_ms(lambda: decode(codes[0]))
        yield tree_row(d, f"{kind.name}, {name}", found, runs, encode_ms, decode_ms)


def projection_rows(d, flat):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where d is above the number of attributes
        fitted = SparseRandomProjection(d, random_state=7).fit(flat)
    exact = fitted.components_
    matrix = exact.astype(np.float32)
    codes = fitted.transform(flat)
    single = least_ms(lambda: fitted.transform(flat[:1]))
    batch = np.tile(flat, (-(-64 // len(flat)), 1))
    encode_ms = min(single, least_ms(lambda: fitted.transform(batch)) / len(batch))
    for name, decode in (
        ("adjoint", lambda y: matrix.T @ y),
        ("pseudo-inverse", lambda y: lsmr(exact, y.astype(float), atol=1e-6, btol=1e-6, maxiter=1000)[0]),
    ):
        found = np.array([decode(y) for y in codes])
        yield {
            "d": d,
            "method": f"scikit-learn, {name}",
            "error": error(found, flat),
            "encode_ms": encode_ms,
            "decode_ms": least_ms(lambda: decode(codes[0])),
        }


def compare(arguments):
    rng = np.random.default_rng(2026)
    runs = np.array([trees.draw(rng, arguments.nonzero) for _ in range(arguments.runs)])
    flat = runs.reshape(len(runs), -1)
    tree_lines = [trees.tree_line(f"run-{i}", x) for i, x in enumerate(runs)]
    flat_lines = [trees.flat_line(f"run-{i}", x) for i, x in enumerate(runs)]
    tree_table, flat_table = [], []
    for d in arguments.dimensions:
        ms = product.times(arguments.folder, d, {*arguments.decoders, *FLAT_DECODERS})
        decoded = product.decode(
            arguments.root, arguments.folder, "tree", tree_lines, d, arguments.decoders
        )
        for decoder, found in decoded.items():
            times = ms[("blockSparse", "tree")], ms[(decoder, "tree")]
            tree_table.append(tree_row(d, f"Resketch, {decoder.upper()}", found, runs, *times))
        for kind in (vsa.Hrr, vsa.Map):
            tree_table.extend(vsa_rows(kind, d, runs))
        decoded = product.decode(
            arguments.root, arguments.folder, "flat", flat_lines, d, FLAT_DECODERS
        )
        for decoder, found in decoded.items():
            flat_table.append(
                {
                    "d": d,
                    "method": f"Resketch, {decoder.upper()}",
                    "error": error(found, flat),
                    "encode_ms": ms[("blockSparse", "flat")],
                    "decode_ms": ms[(decoder, "flat")],
                }
            )
        flat_table.extend(projection_rows(d, flat))
    return {
        "machine": arguments.machine,
        "runs": arguments.runs,
        "nonzero": arguments.nonzero,
        "tree": tree_table,
        "flat": flat_table,
    }


def cell(value):
    if isinstance(value, str):
        return value
    if isinstance(value, int) or value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value >= 1e-3 else "0.000"


def table(heads, rows):
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(map(cell, line)) + " |" for line in lines)


def markdown(report):
    tree = [
        [r["d"], r["method"], *r["error_by_depth"], r["error"], r["encode_ms"], r["decode_ms"]]
        for r in report["tree"]
    ]
    flat = [
        [r["d"], r["method"], r["error"], r["encode_ms"], r["decode_ms"]] for r in report["flat"]
    ]
    depths = [f"depth {h}" for h in range(1, trees.LEVELS + 1)]
    return "\n\n".join(
        [
            f"{report['machine']}; {report['runs']} runs, {report['nonzero']} of"
            f" {trees.ATTRIBUTES} attributes not zero",
            table(["d", "method", *depths, "all", "encode, ms", "decode, ms"], tree),
            table(["d", "method", "error", "project, ms", "decode, ms"], flat),
        ]
    )


def main():
    parser = argparse.ArgumentParser(prog="benchmarks/run peers", description=__doc__)
    parser.add_argument("--root", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--folder", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--machine", required=True, help=argparse.SUPPRESS)
    parser.add_argument(
        "--decoders",
        type=lambda text: text.split(","),
        default=DECODERS,
        help=f"of resketch decode, by commas (default: {DECODERS})",
    )
    parser.add_argument(
        "--dimensions",
        type=lambda text: [int(d) for d in text.split(",")],
        default="2048,4096,16384",
        help="floats to keep, by commas (default: %(default)s)",
    )
    parser.add_argument("--runs", type=int, default=10, help="trees (default: %(default)s)")
    parser.add_argument(
        "--nonzero",
        type=int,
        choices=range(1, trees.ATTRIBUTES + 1),
        metavar="1..64",
        default=trees.ATTRIBUTES,
        help="attributes of an object that are not zero; below 64 they are positive",
    )
    arguments = parser.parse_args()
    report = compare(arguments)
    print(markdown(report))
    with open(os.path.join(arguments.folder, "peers.json"), "w", encoding="utf-8") as out:
        json.dump(report, out, indent=1)


if __name__ == "__main__":
    main()
