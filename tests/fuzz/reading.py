"""Reading as a run does."""

from __future__ import annotations

from pathlib import Path

from imdsguard.aws.estate import build
from imdsguard.terraform.inputs import Inputs
from imdsguard.terraform.read import read
from tests.terraform.conftest import WANTED


def take(folder: Path, name: str, data: bytes, *beside: str) -> None:
    """Read and judge a file: nothing is raised, and each problem says something."""
    (folder / name).write_bytes(data)
    found = read((name, *beside), Inputs(working_directory=str(folder)), WANTED)
    for problem in found.problems:
        assert problem.message
    estate = build([(root.name, root.resources) for root in found.roots])
    for launch in estate.launches:
        assert launch.address
        assert launch.state
