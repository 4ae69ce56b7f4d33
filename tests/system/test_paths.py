"""Text becomes a path, or is refused; and a path lies inside of a folder or does not, links followed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from imdsguard.system.paths import NotAPathError, join_path, real_path_inside


@pytest.mark.parametrize(
    ("text", "said"), [("a\0b", "a NUL character"), ("\ud800", "the character U+D800"), ("a\udfff", "U+DFFF")]
)
def test_what_no_file_is_called_is_no_path(text: str, said: str) -> None:
    with pytest.raises(NotAPathError, match=f"a path cannot hold .*{said.split()[-1].replace('+', '.')}"):
        join_path("folder", text)


@pytest.mark.parametrize("text", ["", "a/../b", "ü", "\udcff", "a" * 10_000, "\x01"])
def test_what_a_file_may_be_called_is_joined(text: str) -> None:
    assert join_path("folder", text) == os.path.join("folder", text)


@pytest.mark.skipif(os.name != "posix", reason="links are POSIX's")
def test_links_are_followed_before_it_is_said_where_a_path_lies(tmp_path: Path) -> None:
    top = tmp_path.resolve() / "top"
    (top / "a").mkdir(parents=True)
    (tmp_path / "top-secret").mkdir()
    (top / "out").symlink_to("../top-secret")
    (top / "in").symlink_to("a")
    assert real_path_inside(str(top / "in"), str(top)) == str(top / "a")
    assert real_path_inside(str(top), str(top)) == str(top)
    assert real_path_inside(str(top / "out"), str(top)) is None
    assert real_path_inside(str(top / "a/../../top-secret"), str(top)) is None
    assert real_path_inside(str(top / "a"), "/") == str(top / "a")
