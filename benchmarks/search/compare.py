"""Searches the sketches of a search report with hnswlib and faiss: recall and latency."""

import os
import sys
import time

import faiss
import hnswlib
import numpy as np

D = 1024
K = 10
NEIGHBOURS = 16
BUILD_CANDIDATES = 100
CANDIDATES = (50, 100, 200, 400)
QUERIES = 200
MANY = 200_000
THREADS = os.cpu_count()


def unit(x):
    return x / np.linalg.norm(x, axis=1, keepdims=True)


def read(path):
    x = np.fromfile(path, "<f4").reshape(-1, D)
    x /= np.linalg.norm(x, axis=1, keepdims=True)
    return x


def row(method, build, recall, spent):
    p50, p99 = 1e3 * np.quantile(spent, [0.5, 0.99])
    print(f"| {method} | {build:.0f} | {recall:.4f} | {p50:.2f} | {p99:.2f} |", flush=True)


def measure(method, build, queries, truth, search):
    """One query at a time, on one thread; graphs are built on all."""
    spent, found = [], 0
    for query in queries[:50]:
        search(query)
    for query, wanted in zip(queries, truth):
        start = time.perf_counter()
        ids = search(query)
        spent.append(time.perf_counter() - start)
        found += len(set(ids) & set(wanted))
    row(method, build, found / truth.size, spent)


def graph(base):
    start = time.perf_counter()
    index = hnswlib.Index(space="ip", dim=base.shape[1])
    index.init_index(len(base), M=NEIGHBOURS, ef_construction=BUILD_CANDIDATES, random_seed=7)
    index.add_items(base)
    index.set_num_threads(1)
    return index, time.perf_counter() - start


def with_hnswlib(base, queries, truth):
    index, build = graph(base)
    for candidates in CANDIDATES:
        index.set_ef(candidates)
        measure(
            f"hnswlib, {D} floats, ef {candidates}",
            build,
            queries,
            truth,
            lambda q: index.knn_query(q, K)[0][0],
        )


def with_hnswlib_prefix(base, queries, truth, prefix):
    """Candidates by a prefix, compared in full, as the product does it."""
    index, build = graph(unit(base[:, :prefix]))
    for candidates in CANDIDATES:

        def search(q):
            index.set_ef(candidates)
            ids = index.knn_query(q[:prefix], candidates)[0][0]
            return ids[np.argsort(-(base[ids] @ q))[:K]]

        method = f"hnswlib, {prefix} floats, {candidates} candidates compared in full"
        measure(method, build, queries, truth, search)


def with_faiss(base, queries, truth):
    faiss.omp_set_num_threads(THREADS)
    start = time.perf_counter()
    index = faiss.IndexHNSWFlat(D, NEIGHBOURS, faiss.METRIC_INNER_PRODUCT)
    index.hnsw.efConstruction = BUILD_CANDIDATES
    index.add(base)
    build = time.perf_counter() - start
    faiss.omp_set_num_threads(1)
    for candidates in CANDIDATES:
        index.hnsw.efSearch = candidates
        measure(
            f"faiss HNSW, {D} floats, ef {candidates}",
            build,
            queries,
            truth,
            lambda q: index.search(q[None], K)[1][0],
        )


def server_recall(folder, truth):
    """Of what the server answered to the same queries by its index."""
    with open(f"{folder}/answers.txt", encoding="ascii") as lines:
        answers = [{int(i) for i in line.split()} for line in lines]
    found = sum(len(answer & set(wanted)) for answer, wanted in zip(answers, truth))
    print(f"| recall@{K} by faiss's exact search | {found / truth.size:.4f} over {len(truth)} searches |")


def main(folder):
    base, queries = read(f"{folder}/base.f32"), read(f"{folder}/queries.f32")
    exact = faiss.IndexFlatIP(D)
    exact.add(base)
    faiss.omp_set_num_threads(THREADS)
    truth = exact.search(queries, K)[1]
    server_recall(folder, truth)
    faiss.omp_set_num_threads(1)
    queries, truth = queries[:QUERIES], truth[:QUERIES]
    print("\n| method | build, s | recall@10 | p50, ms | p99, ms |")
    print("| --- | --- | --- | --- | --- |")
    measure("faiss, exact", 0, queries, truth, lambda q: exact.search(q[None], K)[1][0])
    with_hnswlib(base, queries, truth)
    if len(base) <= MANY:
        with_hnswlib_prefix(base, queries, truth, 512)
    with_faiss(base, queries, truth)


main(sys.argv[1])
