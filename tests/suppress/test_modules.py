"""What a module call asks for, as it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from imdsguard.hcl.syntax.source import SourceText
from imdsguard.model.place import Place
from imdsguard.suppress.modules import module_calls, written


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (Place("f", 1, 3, 1, 5), "cd"),
        (Place("f", 1, 5, 2, 3), "ef\ngh"),
        (Place("f", 1, 5, 3, 2), "ef\nghijkl\nm"),
        (Place("f", 9, 1, 9, 2), ""),
    ],
)
def test_what_stands_at_a_place(place: Place, text: str) -> None:
    assert written(SourceText("f", b"abcdef\nghijkl\nmn\n"), place) == text


def test_calls_are_known_by_name_with_source_and_version(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('module "a" {\n  source  = "x/a/aws"\n  version = "~> 1.0"\n}\n')
    (tmp_path / "more.tf").write_text('module "b" {\n  source = "./b"\n}\nmodule {\n  source = "./c"\n}\n')
    assert module_calls(str(tmp_path)) == {"a": ('"x/a/aws"', '"~> 1.0"'), "b": ('"./b"', "")}
