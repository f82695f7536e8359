"""Finds the JDKs of the machine."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

OLDEST = 17


def installed() -> dict[int, Path]:
    """Home of one JDK for each feature version, 17 or later: PATH, *JAVA*_HOME, /usr/lib/jvm."""
    on_path = shutil.which("java")
    homes = [Path(on_path).resolve().parent.parent] if on_path else []
    homes += [
        Path(value)
        for name, value in sorted(os.environ.items())
        if re.fullmatch(r"(JAVA|JDK).*", name) and (Path(value) / "bin/java").is_file()
    ]
    homes += sorted(Path("/usr/lib/jvm").glob("*"))
    found: dict[int, Path] = {}
    for home in homes:
        version = _feature_version(home)
        if version >= OLDEST:
            found.setdefault(version, home)
    return dict(sorted(found.items()))


def _feature_version(home: Path) -> int:
    release = home / "release"
    if not (home / "bin/java").is_file() or not release.is_file():
        return 0
    match = re.search(r'^JAVA_VERSION="(\d+)', release.read_text(), re.MULTILINE)
    return int(match.group(1)) if match else 0
