"""Runs the product: its command for answers, its benchmarks for times within one JVM."""

import json
import os
import subprocess

import numpy as np

BLOCKS_PER_COLUMN = 16
SEED = 7


def decode(root, folder, name, lines, d, decoders):
    """Sketches computations and decodes the sketches; attributes by decoder, one run a row."""
    graphs, sketches, skeletons = (
        os.path.join(folder, f"{name}{end}") for end in (".jsonl", ".npy", "-skeletons.jsonl")
    )
    with open(graphs, "w", encoding="utf-8") as out:
        out.writelines(line + "\n" for line in lines)
    spec = ["--dimension", d, "--blocks-per-column", BLOCKS_PER_COLUMN, "--seed", SEED]
    command(root, "sketch", graphs, *spec, "-o", sketches, "--skeletons", skeletons)
    answers = {}
    for decoder in decoders:
        decoded = os.path.join(folder, f"{name}-{decoder}.jsonl")
        files = [sketches, "--skeletons", skeletons, "-o", decoded]
        command(root, "decode", *files, *spec, "--decoder", decoder)
        with open(decoded, encoding="utf-8") as rows:
            answers[decoder] = np.array([attributes(json.loads(row)) for row in rows])
    return answers


def attributes(computation):
    return np.concatenate([o["attributes"]["dense"]["values"] for o in computation["objects"]])


def command(root, *arguments):
    run([os.path.join(root, "resketch"), *map(str, arguments)])


def run(arguments):
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(arguments)}\n{done.stdout}{done.stderr}")


def times(folder, d, decoders):
    """Least milliseconds on one thread by (benchmark, graph), without start of the JVM and JSON."""
    report = os.path.join(folder, "jmh.json")
    options = "-bm sample -f 1 -wi 2 -w 2 -i 2 -r 2 -p graph=tree,flat -rf json".split()
    benchmarks = rf"SketchBenchmark\.blockSparse$|DecodeBenchmark\.({'|'.join(decoders)})$"
    lock = "-Djmh.ignoreLock=true"
    jmh = ["java", lock, "org.openjdk.jmh.Main", benchmarks, *options]
    run([*jmh, "-p", f"dimension={d}", "-rff", report])
    with open(report, encoding="utf-8") as rows:
        return {
            (row["benchmark"].rsplit(".", 1)[1], row["params"]["graph"]): row["primaryMetric"][
                "scorePercentiles"
            ]["0.0"]
            for row in json.load(rows)
        }
