#!/usr/bin/env bash
# Makes an environment outside of the workspace with what requirements.txt pins by hash, and with the imdsguard of this
# very checkout. -I: a pull request that has a pip.py in its root would otherwise be what runs.
set -euo pipefail

home="$RUNNER_TEMP/imdsguard"
mkdir -p "$home"
"$PYTHON" -I -m venv --clear "$home/venv"
bin="$home/venv/bin"
if [ ! -d "$bin" ]; then bin="$home/venv/Scripts"; fi # Windows

pip() {
  "$bin/python" -I -m pip --quiet --disable-pip-version-check --no-input "$@"
}
pip install --require-hashes --only-binary=:all: --requirement "$GITHUB_ACTION_PATH/action/requirements.txt"
pip install --no-index --no-deps --no-build-isolation "$GITHUB_ACTION_PATH"

printf 'bin=%s\n' "$bin" >> "$GITHUB_OUTPUT"
