"""GitHub annotations: what a runner, which is modelled here, makes of them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from imdsguard.model.place import Place
from imdsguard.model.severity import Severity
from imdsguard.report.escape import escape
from imdsguard.report.github import render
from imdsguard.report.report import Report
from imdsguard.report.text import summary_line
from tests.report.samples import HOSTILE, NOTHING, OPEN, REPORT, hostile


@dataclass(frozen=True)
class Annotation:
    kind: str
    properties: dict[str, str]
    message: str


KNOWN = {"error", "warning", "notice", "debug", "group", "endgroup", "add-mask", "stop-commands", "set-output", "echo"}


def run(output: str) -> list[Annotation]:
    """What a runner takes for commands in the output of a step (GitHub Docs, "Workflow commands")."""
    found = []
    for line in output.split("\n"):
        text = line.strip()
        assert "##[" not in text, "an older command, which counts anywhere in a line"
        if not text.startswith("::") or "::" not in text[2:]:
            continue
        head, _, data = text[2:].partition("::")
        name, _, given = head.partition(" ")
        if name not in KNOWN:
            continue
        pairs = (pair.split("=", 1) for pair in given.split(",") if pair)
        found.append(Annotation(name, {key: plain(value, True) for key, value in pairs}, plain(data, False)))
    return found


def plain(text: str, is_property: bool) -> str:
    for code, character in (("%0D", "\r"), ("%0A", "\n"), *((("%3A", ":"), ("%2C", ",")) if is_property else ())):
        text = text.replace(code, character)
    return text.replace("%25", "%")


def test_findings_and_problems_are_annotations_the_worst_first() -> None:
    assert render(REPORT) == (
        "::error file=bad.tf,line=3,endLine=3,title=imdsguard%3A could not be checked"
        "::this file is not UTF-8 (save it as UTF-8)\n"
        "::error title=imdsguard%3A could not be checked::the disk is full\n"
        "::error file=main.tf,line=14,endLine=14,col=19,endColumn=28,title=imdsguard%3A instance-tokens-optional"
        "::aws_instance.bad: answers metadata calls without a token%0Abecause http_tokens (main.tf:14)"
        '%0Abecause var.tokens (prod.tfvars:2)%0Ainstead metadata_options {%0A    http_tokens = "required"%0A  }\n'
        "::warning file=modules/m/main.tf,line=4,endLine=9,title=imdsguard%3A instance-tokens-optional"
        '::module.m["a"].aws_instance.open[0] (cannot be told): may answer metadata calls without a token: '
        "var.x has no value%0Asee stacks/web/main.tf:3:1: the module call\n"
        "::notice file=tfplan.json,title=imdsguard%3A hop-limit-too-high::aws_instance.bad: the hop limit is 3\n"
        f"{summary_line(REPORT)}\n"
    )


def test_nothing_found_is_no_annotation() -> None:
    assert render(NOTHING) == "3 launches (1 required, 1 optional, 1 unknown); no findings\n"


def test_what_came_by_pipe_has_no_file() -> None:
    (annotation,) = run(render(Report(findings=(replace(OPEN, place=Place("-")),))))
    assert annotation.properties == {"title": "imdsguard: instance-tokens-optional"}


def test_more_than_github_shows_is_said() -> None:
    notes = [replace(OPEN, severity=Severity.NOTE, place=Place("main.tf", line)) for line in range(1, 11)]
    eleven = Report(findings=(*notes, OPEN))
    lines = render(eleven).splitlines()
    assert lines[0].startswith("::error ")
    assert lines[-1] == (
        "0 launches; 1 error, 10 notes in 11 places (GitHub shows the first 10 of each kind on the pull request)"
    )


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_a_runner_sees_our_commands_with_the_very_text_and_no_others(text: str) -> None:
    annotations = run(render(hostile(text)))
    assert [annotation.kind for annotation in annotations] == ["error", "error", "error"]
    problem, finding, _ = annotations
    assert set(problem.properties) == {"file", "line", "endLine", "col", "endColumn", "title"}
    assert problem.properties["title"] == "imdsguard: could not be checked"
    assert finding.properties["title"] == "imdsguard: instance-tokens-optional"
    assert finding.properties["file"] == escape(f"{text}.tf")
    assert finding.message.startswith(escape(f"aws_instance.{text}"))
