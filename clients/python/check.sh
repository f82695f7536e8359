#!/usr/bin/env bash
# Tests the reference against the specification's vectors and, byte for byte, against the command.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
venv="$here/../../target/python-reference"

python3 -m venv "$venv"
"$venv/bin/pip" install --quiet --disable-pip-version-check "$here[test]"
cd "$here"
"$venv/bin/python" -m pytest -q -rs -p no:cacheprovider tests
