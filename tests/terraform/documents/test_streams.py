"""Several documents in one file, as Terragrunt prints them for its units."""

from __future__ import annotations

import json

import pytest

from imdsguard.terraform.documents import documents_in, looks_like_document

from .conftest import WANTED, creation


def plan(name: str, **layout: object) -> str:
    document = {"format_version": "1.2", "resource_changes": [creation(f"aws_instance.{name}", {"ami": "}{"})]}
    return json.dumps(document, separators=(",", ":"), **layout)  # type: ignore[arg-type]


def log(message: str, unit: str) -> str:
    """A line of Terragrunt's log in its format `json`."""
    line = {"time": "2026-12-01T12:00:00+00:00", "level": "stdout", "prefix": unit, "msg": message}
    return json.dumps({**line, "tf-path": "terraform"}, separators=(",", ":"))


A, B = plan("a"), plan("b")
STATELESS = '{"format_version":"1.0"}'
CUT_OFF = A[:80]
GREY, PLAIN = "\x1b[90m", "\x1b[0m"
BOTH = {"all.json#1": "aws_instance.a", "all.json#2": "aws_instance.b"}
UNITS = {"all.json#net/a": "aws_instance.a", "all.json#net/b": "aws_instance.b"}

STREAMS = {
    "a line each": (f"{A}\n{B}\n", BOTH),
    "on one line": (A + B, BOTH),
    "indented by jq": (plan("a", indent=2) + "\n" + plan("b", indent=2), BOTH),
    "Windows' line ends": (f"{A}\r\n{B}\r\n", BOTH),
    "with Terragrunt's prefix": (
        f"12:00:00.000 STDOUT [net/a] terraform: {A}\n12:00:01.000 STDOUT [net/b] tofu: {B}\n",
        UNITS,
    ),
    "with its prefix in colours": (
        (
            f"{GREY}12:00:00.000{PLAIN} STDOUT {GREY}[net/a]{PLAIN} {GREY}terraform: {PLAIN}{A}\n"
            f"{GREY}12:00:00.000{PLAIN} STDOUT {GREY}[net/b]{PLAIN} {GREY}terraform: {PLAIN}{B}\n"
        ),
        UNITS,
    ),
    "with the unit only": (f"[net/a] {A}\n[net/b] {B}\n", UNITS),
    "between the lines of its log": (
        (
            f"12:00:00.000 INFO   [net/a] Downloading\n12:00:00.000 STDOUT [net/a] terraform: {A}\n"
            f"12:00:00.000 WARN   [net/b] {{slow}}\n12:00:00.000 STDOUT [net/b] terraform: {B}\n"
        ),
        UNITS,
    ),
    "of one unit": (f"12:00:00.000 STDOUT [net/a] terraform: {A}\n", {"all.json#net/a": "aws_instance.a"}),
    "of one unit twice": (
        f"[net/a] {A}\n[net/a] {B}\n",
        {"all.json#net/a": "aws_instance.a", "all.json#net/a#2": "aws_instance.b"},
    ),
    "in its log as JSON": (
        f"{log('Downloading', 'net/a')}\n{log(A, 'net/a')}\n{log(B, 'net/b')}\n{log('', 'net/b')}\n",
        UNITS,
    ),
    "in its log as JSON, of one folder": (
        log(A, "").replace('"prefix"', '"working-dir"') + "\n",
        {"all.json#1": "aws_instance.a"},
    ),
    "a plan of which a text holds a plan": (A.replace('"}{"', json.dumps(B)), {"all.json": "aws_instance.a"}),
    "one plan": (A, {"all.json": "aws_instance.a"}),
    "one plan with braces at the beginning of lines": (plan("a", indent=0), {"all.json": "aws_instance.a"}),
}


@pytest.mark.parametrize(("text", "resources"), STREAMS.values(), ids=STREAMS.keys())
def test_each_document_is_a_root_of_its_own(text: str, resources: dict[str, str]) -> None:
    assert looks_like_document(text.encode())
    found = documents_in("all.json", text.encode(), WANTED)
    assert {root.name: each.address for root, _ in found for each in root.resources} == resources
    assert [problem for _, problems in found for problem in problems] == []
    assert {root.files for root, _ in found} == {("all.json",)}


@pytest.mark.parametrize("prefix", ["", "12:00:00.000 STDOUT [net/b] terraform: "])
def test_problems_of_one_do_not_hide_the_others(prefix: str) -> None:
    text = "".join(f"{prefix}{each}\n" for each in (CUT_OFF + '"format_version"', B, STATELESS))
    found = documents_in("all.json", text.encode(), WANTED)
    assert [each.address for root, _ in found for each in root.resources] == ["aws_instance.b"]
    assert [problem.place.file for _, problems in found for problem in problems] == [found[0][0].name, found[2][0].name]


@pytest.mark.parametrize("text", ["[net/a] {}", '12:00:00.000 STDOUT [net/a] terraform: {"a":1}', "x: {\n}\n", ""])
def test_other_text_is_no_stream(text: str) -> None:
    assert documents_in("all.json", text.encode(), WANTED) == []
