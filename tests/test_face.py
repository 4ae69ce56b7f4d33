"""The face: every name is there, typed, and costs nothing until it is used."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import imdsguard


def test_every_name_of_the_face_is_there() -> None:
    assert [name for name in imdsguard.__all__ if getattr(imdsguard, name, None) is None] == []
    assert dir(imdsguard) == sorted(imdsguard.__all__)


def test_type_checkers_see_the_same_names_from_the_same_homes() -> None:
    tree = ast.parse(Path(imdsguard.__file__).read_text(encoding="utf-8"))
    block = next(node for node in tree.body if isinstance(node, ast.If))
    typed = {node.module: tuple(a.name for a in node.names) for node in block.body if isinstance(node, ast.ImportFrom)}
    assert {home: sorted(names) for home, names in typed.items()} == {
        home: sorted(names) for home, names in imdsguard._HOMES.items()
    }
    assert sorted(n for names in typed.values() for n in names) == sorted({*imdsguard.__all__} - {"__version__"})


def test_a_name_that_is_not_there_is_an_ordinary_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'imdsguard' has no attribute 'Lunch'"):
        imdsguard.Lunch  # noqa: B018


def test_importing_the_face_loads_nothing_behind_it() -> None:
    program = "import sys, imdsguard; print([m for m in sys.modules if m.startswith('imdsguard.')])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "['imdsguard.version']\n"
