"""`make accept`: expected output is written only after it was shown, and agreed to."""

from __future__ import annotations

from pathlib import Path

import pytest

from tools.accept import WRITTEN, accept, expected_files

OLD = "tests/fixtures/rule/found/case/expected.txt"
NEW = "tests/fixtures/rule/silent/case/expected.txt"


@pytest.fixture
def house(tmp_path: Path) -> Path:
    (tmp_path / OLD).parent.mkdir(parents=True)
    (tmp_path / NEW).parent.mkdir(parents=True)
    (tmp_path / OLD).write_text("one\ntwo\n")
    return tmp_path


def run(house: Path, *, agreed: bool, text: str = "one\n2\n", right: bool = True) -> int:
    def update() -> bool:
        (house / OLD).write_text(text)
        if text != "one\ntwo\n":
            (house / NEW).write_text("new\n")
        return right

    return accept(house, update, lambda: agreed)


def test_what_is_agreed_to_is_kept_and_was_shown(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(house, agreed=True) == 0
    assert expected_files(house) == {OLD: "one\n2\n", NEW: "new\n"}
    shown = f"--- a/{OLD}\n+++ b/{OLD}\n@@ -1,2 +1,2 @@\n one\n-two\n+2\n"
    assert capsys.readouterr().out == f"{shown}--- a/{NEW}\n+++ b/{NEW}\n@@ -0,0 +1 @@\n+new\n{WRITTEN}\n"


def test_what_is_not_agreed_to_is_as_if_it_had_not_been(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(house, agreed=False) == 1
    assert expected_files(house) == {OLD: "one\ntwo\n"}
    assert not (house / NEW).exists()
    assert capsys.readouterr().out.endswith("+new\nleft as it was\n")


def test_where_nothing_changes_nobody_is_asked(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(house, agreed=False, text="one\ntwo\n") == 0
    assert capsys.readouterr().out == "nothing changes\n"


def test_tests_that_fail_all_the_same_are_told(house: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(house, agreed=True, right=False) == 1
    assert expected_files(house) == {OLD: "one\n2\n", NEW: "new\n"}, "what was shown and agreed to is kept"
    assert run(house, agreed=True, right=False) == 1
    assert capsys.readouterr().out.endswith("nothing changes, and tests fail: what they say stands above\n")


def test_what_ends_on_the_way_leaves_nothing(house: Path) -> None:
    def update() -> bool:
        (house / OLD).write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        accept(house, update, lambda: True)
    assert expected_files(house) == {OLD: "one\ntwo\n"}
