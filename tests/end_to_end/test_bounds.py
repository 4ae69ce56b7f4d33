"""Hostile configurations through the installed command: each ends soon and says what was not done."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

SECONDS = 120
"""Generous, for a busy machine: each of them takes a second or less on an idle one, the loops five."""


def tokens(expression: str) -> str:
    return f'resource "aws_instance" "web" {{\n  metadata_options {{\n    http_tokens = {expression}\n  }}\n}}\n'


def chain(count: int, first: str, link: str) -> str:
    links = "".join(f"  a{i} = {link.replace('@', f'local.a{i - 1}')}\n" for i in range(1, count))
    return f"locals {{\n  a0 = {first}\n{links}}}\n"


def module(name: str, source: str, t: str) -> str:
    return f'module "{name}" {{\n  source = "{source}"\n  t = {t}\n}}\n'


WANTS_T = 'variable "t" {\n  default = null\n}\noutput "o" {\n  value = var.t\n}\n' + tokens("var.t")

UNKNOWN = {
    "brackets": (tokens("[" * 10_000 + "]" * 10_000), "nests deeper"),
    "parentheses": (tokens("(" * 10_000 + '"required"' + ")" * 10_000), "nests deeper"),
    "interpolations": (tokens('"${' * 3_000 + '"x"' + '}"' * 3_000), "nests deeper"),
    "conditionals": (tokens('true ? "required" : ' * 8_000 + '"x"'), "nests deeper"),
    "operators": (tokens("1 + " * 20_000 + "1"), "nests deeper"),
    "range": (tokens("length(range(100000000))"), "more than 1024 values"),
    "setproduct": (
        "locals {\n  r = range(1000)\n}\n" + tokens("length(setproduct(local.r, local.r, local.r, local.r))"),
        "more than 200000 elements",
    ),
    "loops": (
        "locals {\n  r = range(1024)\n}\n"
        + tokens('length([for a in local.r : [for b in local.r : [for c in local.r : "${a}-${b}-${c}"]]])'),
        "evaluation",
    ),
    "locals in a circle": ("locals {\n  a = local.b\n  b = local.a\n}\n" + tokens("local.a"), "circle"),
    "doubling lists": (chain(140, '["x"]', "[@, @]") + tokens("length(jsonencode(local.a139))"), "parts"),
    "doubling text": (chain(100, '"xxxxxxxx"', '"${@}${@}"') + tokens("local.a99"), "longer than"),
    "many interpolations": (tokens('"' + '${"x"}' * 100_001 + '"'), "more than 100000 interpolations"),
    "padding": (tokens('format("%999999999d", 1)'), "longer than"),
    "template in itself": (tokens('templatefile("t.tftpl", { n = 1 })'), "recursively"),
    "modules in a circle": (module("a", "./m", "module.b.o") + module("b", "./m", "module.a.o"), "circle"),
}


def inspect(folder):
    run = subprocess.run(
        [sys.executable, "-m", "imdsguard", "inspect", "--format", "json", "."],
        cwd=folder,
        capture_output=True,
        timeout=SECONDS,
        check=False,
    )
    assert b"Traceback" not in run.stderr
    assert b"internal error" not in run.stderr
    return run.returncode, json.loads(run.stdout)


def write(folder, text):
    (folder / ".git").mkdir()
    if '"./m"' in text:
        (folder / "m").mkdir()
        (folder / "m/main.tf").write_text(WANTS_T)
    (folder / "t.tftpl").write_text('${templatefile("t.tftpl", { n = n + 1 })}')
    (folder / "main.tf").write_text(text)


@pytest.mark.slow
@pytest.mark.parametrize("name", UNKNOWN)
def test_a_bomb_is_unknown_and_says_why(name, tmp_path):
    text, why = UNKNOWN[name]
    write(tmp_path, text)
    code, found = inspect(tmp_path)
    assert code in (0, 2)
    assert found["launches"]
    for launch in found["launches"]:
        assert launch["state"] == "unknown"
        assert why in launch["reason"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a {\n" * 10_000 + "}\n" * 10_000 + tokens('"required"'), "blocks nest deeper"),
        ('module "m" {\n  source = "./m"\n}\n', "calls itself"),
        ('resource "aws_instance" "web" {\n  count = 1000000\n}\n', "more than 20000 instances"),
    ],
)
def test_what_cannot_be_followed_is_a_problem(text, problem, tmp_path):
    write(tmp_path, text)
    if '"./m"' in text:
        (tmp_path / "m/main.tf").write_text(WANTS_T + 'module "again" {\n  source = "../m"\n}\n')
    code, found = inspect(tmp_path)
    assert code == 2
    assert any(problem in each["message"] for each in found["problems"])


@pytest.mark.parametrize(
    "text",
    [
        chain(1_000, '"required"', "@") + tokens("local.a999"),
        chain(1_000, '"required"', 'try("${@}" == "required" ? @ : "x", "x")') + tokens("local.a999"),
        tokens('"required"') + "locals {\n  x = <<EOT\n" + "a line of text\n" * 700_000 + "EOT\n}\n",
        tokens('"required"') + "locals {\n  x = " + "[" * 10_000 + "]" * 10_000 + "\n}\n",
    ],
    ids=["chain", "chain of conditionals", "heredoc of 10 MB", "nesting that nobody asks for"],
)
def test_what_is_long_but_legal_is_computed(text, tmp_path):
    write(tmp_path, text)
    code, found = inspect(tmp_path)
    assert code == 0
    assert [launch["state"] for launch in found["launches"] if launch["address"] == "aws_instance.web"] == ["required"]
