"""The `resketch sketch` command and this reference make the same bytes.

Every JDK found is tried, each with and without the Vector API. The environment variable RESKETCH
names another command to compare with; it is then run once per spec, as it is.
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
from random_graphs import json_lines

from resketch_reference import Computation, Sketcher, SketchSpec

ROOT = Path(__file__).resolve().parents[3]
SCRIPT = ROOT / "resketch"
STREET = ROOT / "examples/street/target"
EXAMPLES = (ROOT / "examples/graphs.jsonl").read_text(encoding="utf-8").splitlines()
LINES = EXAMPLES + json_lines(seed=20190611, count=200)

# The smallest, strata of one block, odd numbers of blocks and of strata, seeds above 2^63.
SPECS = [
    SketchSpec(16, 1, 0),
    SketchSpec(240, 3, 2**63 + 12345),
    SketchSpec(1024, 64, 7),
    SketchSpec(4096, 16, 2**64 - 1),
    SketchSpec(8192, 32, 0xDEADBEEFCAFEF00D),
]


@dataclass(frozen=True)
class Configuration:
    """A command up to its arguments, with its environment."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str]
    vector: bool | None

    def __str__(self) -> str:
        return self.name


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


@pytest.fixture(scope="session")
def graphs(tmp_path_factory) -> Path:
    """The file of computations; the command is built by then, with the default JDK."""
    if "RESKETCH" not in os.environ:
        subprocess.run([SCRIPT, "--version"], check=True, stdout=subprocess.DEVNULL)
    path = tmp_path_factory.mktemp("graphs") / "graphs.jsonl"
    path.write_text("\n".join(LINES) + "\n", encoding="utf-8")
    return path


@functools.cache
def computations() -> list[Computation]:
    return [Computation.from_json(line) for line in LINES]


@functools.cache
def reference(spec: SketchSpec) -> np.ndarray:
    sketcher = Sketcher(spec)
    return np.stack([sketcher.sketch(computation) for computation in computations()])


def run(configuration: Configuration, spec: SketchSpec, graphs: Path, folder: Path) -> None:
    arguments = ["sketch", graphs, "-o", folder / "out.npy", "--skeletons", folder / "skel.jsonl"]
    arguments += ["--dimension", spec.dimension, "--blocks-per-column", spec.blocks_per_column]
    arguments += ["--seed", spec.seed]
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


@pytest.mark.parametrize("spec", SPECS, ids=lambda s: f"d{s.dimension}-c{s.blocks_per_column}")
@pytest.mark.parametrize("configuration", _configurations(), ids=str)
def test_same_bytes(configuration, spec, graphs, tmp_path, record_property):
    run(configuration, spec, graphs, tmp_path)
    made = np.load(tmp_path / "out.npy")
    expected = reference(spec)
    assert made.dtype == np.float32 and made.shape == expected.shape
    different = np.flatnonzero(np.any(made.view(np.uint32) != expected.view(np.uint32), axis=1))
    assert not len(different), f"rows {different.tolist()} differ: {LINES[different[0]]}"

    skeletons = (tmp_path / "skel.jsonl").read_text(encoding="utf-8").splitlines()
    assert [_outline(json.loads(line)) for line in skeletons] == [*map(_outline_of, computations())]
    record_property(SAME_BYTES, len(expected))


def _outline(skeleton: dict) -> tuple:
    """Objects, wiring and mass as plain values; weights as float32."""

    def wired(edges: list[dict]) -> list[tuple]:
        return [(e["object"], np.float32(e.get("weight", 0))) for e in edges]

    objects = [
        (o["id"], o["module"], o.get("dimension", 0), wired(o.get("inputs", [])))
        for o in skeleton["objects"]
    ]
    return objects, wired(skeleton["roots"]), float(skeleton.get("mass", len(skeleton["roots"])))


def _outline_of(computation: Computation) -> tuple:
    def wired(edges: tuple) -> list[tuple]:
        return [(computation.objects[e.object].id, e.weight) for e in edges]

    objects = [
        (o.id, o.module, o.attributes.dimension, wired(o.inputs)) for o in computation.objects
    ]
    return objects, wired(computation.roots), computation.mass


def test_random_graphs_hold_what_they_should():
    objects = [o for c in computations() for o in c.objects]
    fan_in = {len(o.inputs) for o in objects}
    values = np.concatenate([o.attributes.values for o in objects])
    tiny = np.finfo(np.float32).tiny
    assert fan_in == set(range(13))
    assert max(map(_depth, computations())) == 8
    assert np.any((values != 0) & (np.abs(values) < tiny)) and np.any(values == 0)
    assert np.max(values) > 3.4e38 and np.min(values) < -3.4e38
    assert any(0 < e.weight < tiny for o in objects for e in o.inputs)
    assert any(len({e.object for e in o.inputs}) < len(o.inputs) for o in objects)


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
