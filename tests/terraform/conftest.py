"""Small configurations written as text, read as a run would read them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from imdsguard.terraform.inputs import Inputs
from imdsguard.terraform.read import read
from imdsguard.terraform.reading import RootsRead

if TYPE_CHECKING:
    from collections.abc import Callable

    from imdsguard.model.resource import Resource

WANTED = frozenset(
    {
        "aws_autoscaling_group",
        "aws_ec2_instance_metadata_defaults",
        "aws_instance",
        "aws_launch_template",
        "data.aws_ami",
    }
)


class Stack:
    """A folder with files. `read` reads it; `resources` gives instances by address, `tokens` one's `http_tokens`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / ".git").mkdir()

    def write(self, **files: str) -> Stack:
        return self.files(files)

    def files(self, files: dict[str, str]) -> Stack:
        for name, text in files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode())
        return self

    def read(self, *paths: str, **inputs: object) -> RootsRead:
        given = Inputs(working_directory=str(self.folder), **inputs)  # type: ignore[arg-type]
        return read(paths or (".",), given, WANTED)

    def resources(self, **inputs: object) -> dict[str, Resource]:
        reading = self.read(**inputs)
        assert [str(problem) for problem in reading.problems] == []
        return {resource.address: resource for root in reading.roots for resource in root.resources}

    def tokens(self, address: str, **inputs: object) -> object:
        """What `http_tokens` of the first metadata options is."""
        return self.resources(**inputs)[address].body.blocks("metadata_options").items[0].attribute("http_tokens")


@pytest.fixture
def stack(tmp_path: Path) -> Stack:
    return Stack(tmp_path)


@pytest.fixture
def instance() -> Callable[[str], str]:
    """An instance whose `http_tokens` is the given expression."""
    return lambda tokens: (
        f'resource "aws_instance" "web" {{\n  metadata_options {{\n    http_tokens = {tokens}\n  }}\n}}\n'
    )
