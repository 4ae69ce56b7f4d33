"""Annotations for GitHub Actions: one workflow command for what one edit mends, on stdout of a step.

Workflow commands and their escapes: GitHub Docs, "Workflow commands for GitHub Actions". GitHub shows the first ten
errors, warnings and notices of a step on the pull request, so the worst come first and the last line says how many
there are. Suppressed findings and passes are not annotated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.record import replace
from imdsguard.model.severity import Severity
from imdsguard.report.escape import escape
from imdsguard.report.repository_places import file_from_top, from_top
from imdsguard.report.words import clean, counted, details, problem_sentence, sentence

if TYPE_CHECKING:
    from imdsguard.model.place import Place
    from imdsguard.model.problem import Problem
    from imdsguard.report.groups import Group
    from imdsguard.report.report import Report

SHOWN = 10
_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}


def render(report: Report) -> str:
    """Give a command for each problem and each group that counts, and a summary that is no command."""
    from imdsguard.report.text import summary_line

    report = from_top(report)
    lines = [_problem(problem) for problem in report.problems]
    lines += [_group(group) for group in counted(report)]
    more = f" (GitHub shows the first {SHOWN} of each kind on the pull request)" if len(lines) > SHOWN else ""
    return "".join(f"{line}\n" for line in [*lines, summary_line(report) + more])


def refusal(place: Place | None, message: str, folder: str) -> str:
    """Give the command that says why a scan could not be made. `folder` is where it was started, from the top."""
    where = place and replace(place, file=file_from_top(place.file, folder))
    return _command("error", where, "nothing was checked", clean(message)) + "\n"


def _group(group: Group) -> str:
    finding = group.first
    text = "\n".join([sentence(finding), *details(group)])
    return _command(_COMMANDS[finding.severity], finding.place, finding.rule, text)


def _problem(problem: Problem) -> str:
    name, known = ("notice", f" ({problem.known})") if problem.known else ("error", "")
    return _command(name, problem.place, f"could not be checked{known}", problem_sentence(problem))


def _command(name: str, place: Place | None, title: str, text: str) -> str:
    properties = {**_place(place), "title": f"imdsguard: {escape(title)}"}
    written = ",".join(f"{key}={_property(value)}" for key, value in properties.items())
    return f"::{name} {written}::{_data(text)}"


def _place(place: Place | None) -> dict[str, str]:
    """Give what GitHub takes: columns only on one line (Docs, "REST API endpoints for check runs": annotations)."""
    if place is None or place.file == "-":
        return {}
    given = {"file": escape(place.file)}
    if place.line:
        given |= {"line": str(place.line), "endLine": str(max(place.end_line, place.line))}
        if place.column and place.end_line in (0, place.line):
            given["col"] = str(place.column)
            if place.end_column > place.column:
                given["endColumn"] = str(place.end_column - 1)
    return given


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
