"""A root module that was moved is the one with most of the same files, if there is one such and no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from imdsguard.suppress import roots
from imdsguard.suppress.roots import moved_roots


def tree(top: Path, **folders: dict[str, str]) -> str:
    for name, files in folders.items():
        (top / name).mkdir(parents=True)
        for file, text in files.items():
            (top / name / file).write_text(text)
    return str(top)


def moved(path: Path, before: dict[str, dict[str, str]], after: dict[str, dict[str, str]]) -> dict[str, str]:
    earlier, today = tree(path / "earlier", **before), tree(path / "today", **after)
    return moved_roots(before, earlier, after, today)


WEB = {"main.tf": "web", "more.tf": "more"}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"a": WEB}, {"b": WEB}, {"a": "b"}),
        ({"a": WEB}, {"b": {**WEB, "more.tf": "edited"}}, {"a": "b"}),
        ({"a": WEB}, {"b": {"main.tf": "web", "c.tf": "c", "d.tf": "d"}}, {}),
        ({"a": {"main.tf": "web", "c.tf": "c", "d.tf": "d"}}, {"b": WEB}, {}),
        ({"a": WEB}, {"b": {"other.tf": "web", "less.tf": "more"}}, {}),
        ({"a": WEB}, {"a": WEB, "b": WEB}, {}),  # a is still there
        ({"a": WEB, "b": {"x.tf": "x"}}, {"b": {"x.tf": "x"}}, {}),
        ({"a": WEB}, {"b": WEB, "c": WEB}, {}),  # either of the two
        ({"a": WEB, "b": WEB}, {"c": WEB}, {}),
        ({"a": WEB, "b": {"x.tf": "x"}}, {"c": WEB, "d": {"x.tf": "x"}}, {"a": "c", "b": "d"}),
        ({"a": {"read.me": "same"}}, {"b": {"read.me": "same"}}, {}),
        ({"a": {"main.tofu.json": "{}"}}, {"b": {"main.tofu.json": "{}"}}, {"a": "b"}),
        ({"a": {}}, {"b": {}}, {}),
    ],
)
def test_which_one_it_is_now(
    before: dict[str, dict[str, str]], after: dict[str, dict[str, str]], expected: dict[str, str], tmp_path: Path
) -> None:
    assert moved(tmp_path, before, after) == expected


def test_what_cannot_be_read_is_not_compared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert moved_roots(["a"], str(tmp_path), ["b"], str(tmp_path)) == {}
    monkeypatch.setattr(roots, "MAX_FILE", 3)
    assert moved(tmp_path, {"a": {"m.tf": "long"}}, {"b": {"m.tf": "long"}}) == {}
    monkeypatch.setattr(roots, "MAX_FILE", 4)
    assert moved(tmp_path / "again", {"a": {"m.tf": "long"}}, {"b": {"m.tf": "long"}}) == {"a": "b"}


def test_a_folder_that_is_named_like_a_file_is_passed_over(tmp_path: Path) -> None:
    earlier, today = tree(tmp_path / "earlier", a=WEB), tree(tmp_path / "today", b=WEB)
    for folder in (Path(earlier, "a"), Path(today, "b")):
        (folder / "folder.tf").mkdir()
    assert moved_roots(["a"], earlier, ["b"], today) == {"a": "b"}


def test_among_too_many_nobody_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roots, "MOST", 1)
    assert moved(tmp_path, {"a": WEB}, {"b": WEB}) == {"a": "b"}
    assert moved(tmp_path / "more", {"a": WEB}, {"b": WEB, "c": {"x.tf": "x"}}) == {}
