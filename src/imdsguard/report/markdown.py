"""Markdown for a job summary or a comment: a table of what was found, and below it why and what to write instead.

GitHub takes at most 1 MiB for the summary of a step (GitHub Docs, "Workflow commands", "Job summaries"), and refuses
all of it if it is more: the worst comes first, and what has no room any more is counted. What somebody suppressed is
listed with the reason that was given, what was there before is counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.finding import Verdict
from imdsguard.model.severity import Severity
from imdsguard.model.suppression import Means
from imdsguard.report.escape_markdown import block, code, html, prose
from imdsguard.report.groups import account_of, grouped, others
from imdsguard.report.words import counts, where, worst_first

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from imdsguard.model.finding import Finding
    from imdsguard.model.problem import Problem
    from imdsguard.model.suppression import Suppression
    from imdsguard.report.groups import Group
    from imdsguard.report.report import Report

LARGEST = 1_000_000
"""Bytes, of the 1,048,576 that GitHub takes: other steps of the job may have something to say, too."""

_MARKS = {Severity.ERROR: "❌ error", Severity.WARNING: "⚠️ warning", Severity.NOTE: "ℹ️ note"}
_GIVEN = (Means.COMMENT, Means.EXEMPTION)
_TABLE = "| | rule | where | what |\n|---|---|---|---|"


def render(report: Report) -> str:
    """Give GitHub Flavored Markdown of at most `LARGEST` bytes in UTF-8: what does not fit is counted."""
    from imdsguard.report.text import summary_line

    room = Room(LARGEST - 2000)
    parts = ["## imdsguard", f"{summary_line(report)}."]
    if report.problems:
        lines = room.take((f"- {problem_item(problem)}" for problem in report.problems), LARGEST // 5)
        parts += ["### Could not be checked", _lines(lines, len(report.problems), "problems")]
    suppressed = [finding for finding in report.findings if finding.suppressed is not None]
    exceptions = _exceptions(suppressed, room)
    shown = grouped(worst_first(finding for finding in report.findings if finding.suppressed is None))
    if shown:
        rows = room.take(map(_row, shown), LARGEST // 2)
        parts.append("\n".join([_TABLE, *rows]))
        parts += left_out(sum(len(group.findings) for group in shown[len(rows) :]), "findings")
        explained = [group for group in shown if counts(group.first)]
        sections = room.take(map(_details, explained), LARGEST)
        parts += sections
        parts += left_out(min(len(rows), len(explained)) - len(sections), "explanations")
    return "\n\n".join(parts + exceptions) + "\n"


class Room:
    """What is left of the bytes that a document may have."""

    def __init__(self, size: int) -> None:
        self._left = size

    def take(self, parts: Iterable[str], most: int) -> list[str]:
        """Give as many parts, in order, as there is room for; `most` is all that these may take."""
        taken: list[str] = []
        for part in parts:
            size = len(part.encode()) + 2
            if size > min(self._left, most):
                break
            self._left -= size
            most -= size
            taken.append(part)
        return taken


def _exceptions(suppressed: Sequence[Finding], room: Room) -> list[str]:
    """List what a comment or the policy suppresses, for the reader to judge; count what was there before."""
    given = [(each, each.suppressed) for each in suppressed if each.suppressed and each.suppressed.means in _GIVEN]
    lines = room.take((f"- {_exception(each, why)}" for each, why in given), LARGEST // 10)
    parts = ["### Suppressed", _lines(lines, len(given), "suppressed findings")] if given else []
    before = len(suppressed) - len(given)
    if before:
        which = "1 finding was" if before == 1 else f"{before} findings were"
        parts.append(f"{which} there before, and {'does' if before == 1 else 'do'} not count.")
    return parts


def _exception(finding: Finding, why: Suppression) -> str:
    return f"{code(finding.rule)}: {code(finding.address)}{_in(finding)}, {prose(str(why))}"


def _in(finding: Finding) -> str:
    return f" (in {', '.join(map(code, finding.environments))})" if finding.environments else ""


def _lines(lines: Sequence[str], total: int, what: str) -> str:
    return "\n".join([*lines, *(f"- {text}" for text in left_out(total - len(lines), what))])


def left_out(count: int, what: str) -> list[str]:
    """Say how many of something have no room; nothing if all have."""
    return [f"**{count} more {what} have no room here.** The other formats have all of them."] if count > 0 else []


def _row(group: Group) -> str:
    finding, more = group.first, others(group)
    mark = "✅ pass" if finding.verdict is Verdict.PASS else _MARKS[finding.severity]
    message = prose(finding.message) or "as it should be"
    doubt = " (cannot be told)" if finding.verdict is Verdict.UNKNOWN else ""
    also = f" (and {prose(more)})" if more else ""
    cells = (
        mark,
        code(finding.rule),
        code(where(finding.place)),
        f"{code(finding.address)}{_in(finding)}{doubt}: {message}{also}",
    )
    return f"| {' | '.join(cells)} |"


def _details(group: Group) -> str:
    finding = group.first
    inside = f" in {html(', '.join(finding.environments))}" if finding.environments else ""
    title = f"{html(finding.rule)}: {html(finding.address)}{inside} ({html(where(finding.place))})"
    parts = [f"<details>\n<summary><code>{title}</code></summary>", ""]
    parts.append(prose(finding.message))
    facts = [f"- and {prose(said)}" for said in (others(group), account_of(group)) if said]
    facts += [f"- see {code(str(each.place))}: {prose(each.message)}" for each in finding.related]
    facts += [f"- because {code(step)}" for step in finding.trace]
    parts += ["", *facts] if facts else []
    if finding.remedy:
        parts += ["", "Instead:", "", block(finding.remedy)]
    return "\n".join([*parts, "", "</details>"])


def problem_item(problem: Problem) -> str:
    """Give a problem as the text of a list's item."""
    place = f"{code(where(problem.place))}: " if problem.place else ""
    remedy = f" ({prose(problem.remedy)})" if problem.remedy else ""
    known = f" ({prose(problem.known)})" if problem.known else ""
    return f"{place}{prose(problem.told)}{remedy}{known}"
