"""Places from the top of the repository, where a forge looks for files: wherever in it the command was started."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from imdsguard.model.record import replace

if TYPE_CHECKING:
    from imdsguard.model.finding import Finding
    from imdsguard.model.place import Place
    from imdsguard.model.problem import Problem
    from imdsguard.report.report import Report


def from_top(report: Report) -> Report:
    """Give the report with every file named from the top of the repository that `report.folder` says it is below."""
    if not report.folder:
        return report
    return replace(
        report,
        findings=tuple(_finding(finding, report.folder) for finding in report.findings),
        problems=tuple(_problem(problem, report.folder) for problem in report.problems),
        folder="",
    )


def file_from_top(file: str, folder: str) -> str:
    """Name a file, as it is named from the working directory, from the top; what is absolute or stdin stays."""
    if not folder or file == "-" or posixpath.isabs(file):
        return file
    return posixpath.normpath(posixpath.join(folder, file))


def _finding(finding: Finding, folder: str) -> Finding:
    suppressed = finding.suppressed
    if suppressed is not None and suppressed.place is not None:
        suppressed = replace(suppressed, place=_place(suppressed.place, folder))
    return replace(
        finding,
        place=finding.place and _place(finding.place, folder),
        related=tuple(replace(each, place=_place(each.place, folder)) for each in finding.related),
        suppressed=suppressed,
    )


def _problem(problem: Problem, folder: str) -> Problem:
    return replace(problem, place=problem.place and _place(problem.place, folder))


def _place(place: Place, folder: str) -> Place:
    return replace(place, file=file_from_top(place.file, folder))
