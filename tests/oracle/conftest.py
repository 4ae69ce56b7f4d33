"""Real plans: `oracle.plan(folder)`."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.oracle.prepare import Prepared, UnpreparedError, prepare

PATIENCE = 120.0
"""Seconds that a plan may take."""


class RefusedError(Exception):
    """Terraform's own error about a configuration."""


class Planner:
    """Asks one worker for plans."""

    def __init__(self, prepared: Prepared) -> None:
        environment = {**os.environ, "AWS_STUB_SCHEMA": str(prepared.schema)}
        self._worker = subprocess.Popen(
            [str(prepared.python), str(Path(__file__).with_name("worker.py")), str(prepared.oracle), prepared.engine],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._answer() == {}

    def _answer(self) -> dict[str, Any]:
        assert self._worker.stdout is not None
        line = self._worker.stdout.readline()
        if not line:
            raise RuntimeError("the oracle's worker has ended: its own error stands above")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def plan(self, folder: Path, *var_files: str, workspace: str = "default") -> bytes:
        """Give the plan in JSON. Raises `RefusedError` if Terraform finds the configuration wrong."""
        assert self._worker.stdin is not None
        files = [str(folder / name) for name in var_files]
        request = {"folder": str(folder), "var_files": files, "workspace": workspace}
        self._worker.stdin.write(json.dumps(request) + "\n")
        self._worker.stdin.flush()
        answer = self._answer()
        if "error" in answer:
            raise RefusedError(answer["error"])
        return json.dumps(answer["plan"]).encode()

    def close(self) -> None:
        """End the worker."""
        assert self._worker.stdin is not None
        self._worker.stdin.close()
        self._worker.wait(PATIENCE)


@pytest.fixture(scope="session")
def oracle(shared: Path) -> Iterator[Planner]:
    """Prepare the oracle (once for all runs in this checkout) and start its worker."""
    try:
        planner = Planner(prepare(shared))
    except UnpreparedError as error:
        if os.environ.get("CI"):
            pytest.fail(f"CI must not skip the comparison with real Terraform: {error}")
        pytest.skip(f"real Terraform cannot be asked: {error}")
    yield planner
    planner.close()


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder to write a configuration into, whose plan leaves nothing behind."""
    yield tmp_path
    shutil.rmtree(tmp_path, ignore_errors=True)
