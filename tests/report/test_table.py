"""Tables of `inspect`: lines without a terminal and on a wide one, entries on a narrow one, wide characters in both."""

from __future__ import annotations

import pytest

from imdsguard.model.estate import Estate
from imdsguard.report.estate import estate_text
from imdsguard.report.style import Style
from imdsguard.report.table import columns_of, fitting, folded, table
from tests.estates import launch, small_estate

HEAD = ("LAUNCH", "STATE", "ALARM")
HOSTILE = "x\x1b[31m\u202e\n::error::\t[red]y[/red]:smile:\u200b"


def widest(text: str) -> int:
    return max(map(columns_of, text.splitlines()))


def test_rows_are_lines_where_they_fit() -> None:
    rows = [("aws_instance.web", "optional", "no"), ("a", "required", "-")]
    expected = "LAUNCH            STATE     ALARM\naws_instance.web  optional  no\na                 required  -\n"
    assert table(HEAD, rows, Style()) == expected
    assert table(HEAD, rows, Style(), width=33) == expected, "just wide enough"


def test_wide_characters_take_two_columns() -> None:
    rows = [("日本", "optional", "no"), ("日本語👧", "required", "no"), ("e\u0301a", "required", "no")]
    lines = table(HEAD, rows, Style()).splitlines()
    assert {columns_of(line.partition(state)[0]) for line, state in zip(lines, ("S", "o", "r", "r"), strict=True)} == {
        10
    }


def test_a_narrow_terminal_gets_entries_that_leave_out_what_there_is_not() -> None:
    rows = [
        ('module.m["日本語"].aws_instance.web', "optional", "aws_cloudwatch_metric_alarm.a"),
        ("b", "required", "-"),
    ]
    assert table(HEAD, rows, Style(), width=32) == (
        "LAUNCH\n"
        'module.m["日本語"].aws_instance.\n'
        "web\n"
        "  STATE optional\n"
        "  ALARM aws_cloudwatch_metric_al\n"
        "        arm.a\n"
        "b\n"
        "  STATE required\n"
    )


def test_an_entry_has_as_much_in_a_line_as_the_terminal_takes() -> None:
    rows = [("aws_instance.web", "optional", "1", "a/hosts.tf:12", "no")]
    head = ("LAUNCH", "STATE", "HOPS", "WHERE", "ALARM")
    assert table(head, rows, Style(), width=36) == (
        "LAUNCH\naws_instance.web\n  STATE optional  HOPS 1\n  WHERE a/hosts.tf:12  ALARM no\n"
    )


def test_long_cells_go_on_below_where_the_columns_have_room() -> None:
    rows = [('module.web["日本"].aws_instance.server', "optional", "module.watch.aws_cloudwatch_metric_alarm.refused")]
    assert table(HEAD, rows, Style(), width=64) == (
        "LAUNCH                      STATE     ALARM\n"
        'module.web["日本"].         optional  module.watch.\n'
        "aws_instance.server                   aws_cloudwatch_metric_alar\n"
        "                                      m.refused\n"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("stacks/web: aws_instance.a", ["stacks/web:", "aws_instance.a"]),
        ("module.m.aws_instance.server", ["module.m.", "aws_instance.server"]),
        ("x" * 30, ["x" * 20, "x" * 10]),
        ("日本語" * 5, ["日本語日本語日本語日", "本語日本語"]),
        ("fits", ["fits"]),
    ],
)
def test_a_line_ends_where_an_eye_expects_it(text: str, expected: list[str]) -> None:
    assert folded(text, 20) == expected


def test_no_line_that_begins_where_another_was_folded_is_a_command_to_a_runner() -> None:
    assert not [line for line in folded(f"{'x' * 20}::error::gone", 20) if line.startswith("::")]


@pytest.mark.parametrize("width", [1, 20, 40, 80, 100])
def test_the_estate_fits_the_terminal(width: int) -> None:
    drawn = estate_text(small_estate(), Style(), width)
    assert widest(drawn) <= max(width, 20)
    assert "aws_instance.good" in drawn or width < 20 or width == 20


@pytest.mark.parametrize("width", [None, 30, 80])
def test_nothing_hostile_reaches_the_terminal_and_no_markup_is_read(width: int | None) -> None:
    hostile = launch(f"aws_instance.{HOSTILE}", file=HOSTILE, root=HOSTILE)
    drawn = estate_text(Estate((hostile,)), Style(), width)
    assert not {"\x1b", "\u202e", "\t", "\u200b"} & set(drawn)
    joined = "".join(line.strip() for line in drawn.splitlines())
    assert "[red]y[/red]:smile:" in joined
    assert not [line for line in drawn.splitlines() if line.strip().startswith("::")]


def test_states_have_their_colours_on_a_narrow_terminal_too() -> None:
    drawn = estate_text(small_estate(), Style(colour=True), 40)
    assert "\x1b[31moptional" in drawn
    assert "\x1b[32mrequired" in drawn


@pytest.mark.parametrize(
    ("text", "columns", "expected"),
    [
        ("abcdef", 6, "abcdef"),
        ("abcdefg", 6, "abc..."),
        ("日本語日本語", 12, "日本語日本語"),
        ("日本語日本語", 9, "日本語..."),
    ],
)
def test_a_line_of_progress_is_cut_by_columns(text: str, columns: int, expected: str) -> None:
    assert fitting(text, columns) == expected
