"""The `resketch sketch` command and this reference make the same bytes.

Every JDK found is tried with the Vector API on every case, and without it on one of each family.
The environment variable RESKETCH names another command to compare with; it is then run once per
case, as it is.
"""

from __future__ import annotations

import functools
import json
import os
import shlex
import subprocess
from dataclasses import dataclass
from pathlib import Path

import jdks
import numpy as np
import pytest
from conftest import SAME_BYTES
from random_graphs import Limits, json_lines

from resketch_reference import BlockSparse, Computation, Hadamard, Sketcher, SketchSpec

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = ROOT / "resketch"
STREET = ROOT / "examples/street/target"
EXAMPLES = (ROOT / "examples/graphs.jsonl").read_text(encoding="utf-8").splitlines()

# Half of the smallest weight is 0, and so is every multiple of that half, as the values show.
HALF_OF_THE_SMALLEST = (
    '{"objects":[{"id":"x","module":"m"},{"id":"y","module":"n","attributes":{"dense":'
    '{"values":[1e34]}}}],"roots":[{"object":"x","weight":1},{"object":"y","weight":1e-45}]}'
)


@dataclass(frozen=True)
class Case:
    """A spec, the number of random graphs to sketch with it, and whether without vectors too."""

    spec: SketchSpec
    count: int
    plain: bool = False

    def __str__(self) -> str:
        spec = self.spec
        return f"{type(spec.family).__name__}-d{spec.dimension}-t{spec.transparency}"

    @property
    def limits(self) -> Limits:
        match self.spec.family:
            case BlockSparse():
                return Limits()
            case Hadamard():
                return Limits.hadamard(self.spec.dimension)

    @functools.cached_property
    def lines(self) -> list[str]:
        random = json_lines(seed=20190611, count=self.count, limits=self.limits)
        return [*EXAMPLES, HALF_OF_THE_SMALLEST, *random]

    @functools.cached_property
    def computations(self) -> list[Computation]:
        return [Computation.from_json(line) for line in self.lines]

    @functools.cached_property
    def expected(self) -> np.ndarray:
        sketcher = Sketcher(self.spec)
        return np.stack([sketcher.sketch(computation) for computation in self.computations])

    @property
    def options(self) -> list[str]:
        match self.spec.family:
            case BlockSparse(blocks_per_column=c):
                family = ["--blocks-per-column", c]  # the default family
            case Hadamard():
                family = ["--family", "hadamard"]
        options = [*family, "--dimension", self.spec.dimension, "--seed", self.spec.seed]
        if self.spec.transparency != 0.5:
            options += ["--transparency", self.spec.transparency]
        return [str(option) for option in options]


# The smallest, strata of one block, odd numbers of blocks and of strata, seeds above 2^63;
# diagonals from a part of a draw and from many; transparencies on both sides of a half. Few graphs
# where the reference is slow.
CASES = [
    Case(SketchSpec(16, BlockSparse(1), 0), 80),
    Case(SketchSpec(240, BlockSparse(3), 2**63 + 12345), 70, plain=True),
    Case(SketchSpec(4096, BlockSparse(16), 2**64 - 1, 0.8125), 40),
    Case(SketchSpec(16, Hadamard(), 2**64 - 1, 0.9375), 80),
    Case(SketchSpec(1024, Hadamard(), 7), 40, plain=True),
    Case(SketchSpec(4096, Hadamard(), 2**63 + 12345, 0.265625), 12),
]


@dataclass(frozen=True)
class Configuration:
    """A command up to its arguments, with its environment."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str]
    vector: bool | None


def _configurations() -> list[Configuration]:
    if "RESKETCH" in os.environ:
        command = tuple(shlex.split(os.environ["RESKETCH"]))
        return [Configuration("RESKETCH", command, {}, None)]
    found = []
    for version, home in jdks.installed().items():
        path = {"PATH": f"{home}/bin{os.pathsep}{os.environ['PATH']}"}
        found.append(Configuration(f"jdk{version}-vector", (str(SCRIPT),), path, True))
        # The script always asks for the Vector API, so without it the same class path is run.
        java = (f"{home}/bin/java", "io.resketch.client.cli.Main")
        jars = {"CLASSPATH": f"{STREET}/*{os.pathsep}{STREET}/lib/*"}
        found.append(Configuration(f"jdk{version}-plain", java, jars, False))
    return found


PAIRS = [
    pytest.param(configuration, case, id=f"{configuration.name}-{case}")
    for configuration in _configurations()
    for case in CASES
    if configuration.vector is not False or case.plain
]


@pytest.fixture(scope="session", autouse=True)
def built() -> None:
    """Builds the command with the default JDK."""
    if "RESKETCH" not in os.environ:
        subprocess.run([SCRIPT, "--version"], check=True, stdout=subprocess.DEVNULL)


def run(configuration: Configuration, case: Case, folder: Path) -> None:
    graphs = folder / "graphs.jsonl"
    graphs.write_text("\n".join(case.lines) + "\n", encoding="utf-8")
    arguments = ["sketch", graphs, "-o", folder / "out.npy", "--skeletons", folder / "skel.jsonl"]
    arguments += case.options
    done = subprocess.run(
        [*configuration.command, *map(str, arguments)],
        env=os.environ | configuration.environment,
        capture_output=True,
        text=True,
        errors="replace",
    )
    assert done.returncode == 0, done.stderr
    if configuration.vector is not None:
        # The JVM's own words tell which of the two was run.
        assert ("jdk.incubator.vector" in done.stderr) == configuration.vector, done.stderr


@pytest.mark.parametrize(("configuration", "case"), PAIRS)
def test_same_bytes(configuration, case, tmp_path, record_property):
    run(configuration, case, tmp_path)
    made, expected = np.load(tmp_path / "out.npy"), case.expected
    assert made.dtype == np.float32 and made.shape == expected.shape
    different = np.flatnonzero(np.any(made.view(np.uint32) != expected.view(np.uint32), axis=1))
    assert not len(different), f"rows {different.tolist()} differ: {case.lines[different[0]]}"

    skeletons = (tmp_path / "skel.jsonl").read_text(encoding="utf-8").splitlines()
    outlines = [_outline_of(computation) for computation in case.computations]
    assert [_outline(json.loads(line)) for line in skeletons] == outlines
    record_property(SAME_BYTES, len(expected))


def _outline(skeleton: dict) -> tuple:
    """Objects, wiring and mass as plain values; weights as float32."""

    def wired(edges: list[dict]) -> list[tuple]:
        return [
            (e["object"], np.float32(e.get("weight", 0)), e.get("position", index))
            for index, e in enumerate(edges)
        ]

    objects = [
        (
            o["id"],
            o["module"],
            o.get("dimension", 0),
            wired(o.get("inputs", [])),
            np.float32(o.get("ownWeight", 0.5)),
        )
        for o in skeleton["objects"]
    ]
    return objects, wired(skeleton["roots"]), float(skeleton.get("mass", len(skeleton["roots"])))


def _outline_of(computation: Computation) -> tuple:
    def wired(edges: tuple) -> list[tuple]:
        return [(computation.objects[e.object].id, e.weight, e.position) for e in edges]

    objects = [
        (o.id, o.module, o.attributes.dimension, wired(o.inputs), o.own_weight)
        for o in computation.objects
    ]
    return objects, wired(computation.roots), computation.mass


@pytest.mark.parametrize("case", [CASES[0], CASES[3]], ids=str)
def test_random_graphs_hold_what_they_should(case):
    objects = [o for c in case.computations for o in c.objects]
    fan_in = {len(o.inputs) for o in objects}
    values = np.concatenate([o.attributes.values for o in objects])
    tiny = np.finfo(np.float32).tiny
    largest = 0.999 * float(case.limits.largest)
    assert fan_in == set(range(13))
    assert max(map(_depth, case.computations)) == 8
    assert np.any((values != 0) & (np.abs(values) < tiny)) and np.any(values == 0)
    assert np.max(values) > largest and np.min(values) < -largest
    assert any(0 < e.weight < tiny for o in objects for e in o.inputs)
    assert any(len({e.object for e in o.inputs}) < len(o.inputs) for o in objects)
    positions = [[e.position for e in o.inputs] for o in objects if len(o.inputs) > 2]
    assert any(p == list(range(len(p))) for p in positions) and any(not any(p) for p in positions)
    assert max(map(max, positions)) == 2**20
    own_weights = {o.own_weight for o in objects}
    assert min(own_weights) < tiny and max(own_weights) == np.nextafter(np.float32(1), tiny)


def _depth(computation: Computation) -> int:
    depth: dict[int, int] = {}
    for i in computation.bottom_up:
        depth[i] = 1 + max((depth[e.object] for e in computation.objects[i].inputs), default=0)
    return max(depth.values())


def test_more_than_one_jdk():
    if "RESKETCH" in os.environ:
        pytest.skip("RESKETCH names the command to compare with; JDKs are not chosen")
    found = jdks.installed()
    assert found, "no JDK of 17 or later, so nothing was compared"
    if len(found) < 2:
        pytest.skip(f"no second JDK on PATH, in *JAVA*_HOME or in /usr/lib/jvm: {list(found)}")
    assert len(_configurations()) == 2 * len(found)
