"""The example stacks with a Terraform that shows their plans."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.terraforms import Stacks


@pytest.fixture
def stacks(tmp_path: Path, repository: Path) -> Iterator[Stacks]:
    shutil.copytree(repository / "examples", tmp_path / "code")
    (tmp_path / "temporary").mkdir()
    made = Stacks(tmp_path / "code", tmp_path / "temporary", tmp_path / "terraform")
    made.shows("legacy-web-prod")
    yield made
    assert made.left() == []
