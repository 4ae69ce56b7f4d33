"""Findings for people: what is wrong, where, why, and what to write instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.finding import Verdict
from imdsguard.report.escape import escape, shorten
from imdsguard.report.excerpt import excerpt
from imdsguard.report.style import Style
from imdsguard.report.words import within

if TYPE_CHECKING:
    from collections.abc import Callable

    from imdsguard.model.finding import Finding
    from imdsguard.model.place import Place
    from imdsguard.model.problem import Problem
    from imdsguard.report.report import Report

    Lines = Callable[[Place], str | None]

_LONGEST = 2000


def findings_text(
    report: Report, line_of: Lines, style: Style | None = None, *, quiet: bool = False, suppressed: bool = False
) -> str:
    """Give a scan as text. `line_of` gives the source line on which a place starts, or None.

    Findings that do not count are left out, unless `suppressed` asks for them.

    With `quiet` the summary is left out, so that a scan which finds nothing says nothing.
    """
    style = style or Style()
    shown = [finding for finding in report.findings if suppressed or finding.suppressed is None]
    parts = [_finding(finding, line_of, style) for finding in shown]
    return "\n".join(parts if quiet else [*parts, summary_line(report) + "\n"])


def problem_line(problem: Problem, style: Style | None = None) -> str:
    """Give a problem as one line: place, what is wrong, what to do."""
    style = style or Style()
    where = f"{escape(problem.where)}: " if problem.place else ""
    remedy = f" ({_text(problem.remedy)})" if problem.remedy else ""
    word = style.severity("note", "known problem") if problem.known else style.severity("error", "problem")
    return f"{word}: {where}{_text(problem.message)}{remedy}"


def summary_line(report: Report) -> str:
    """Say in one line what was looked at and what came of it."""
    summary = report.summary
    states = ", ".join(f"{count} {state.value}" for state, count in summary.states.items() if count)
    found = ", ".join(plural(count, severity.value) for severity, count in summary.by_severity.items() if count)
    launches = plural(summary.launches, "launch", "launches")
    parts = [f"{launches} ({states})" if states else launches, found or "no findings"]
    if summary.suppressed:
        parts.append(f"{summary.suppressed} suppressed")
    if report.problems:
        known = sum(bool(problem.known) for problem in report.problems)
        count = plural(len(report.problems), "problem") + (f" ({known} known)" if known else "")
        parts.append(f"{count}, so not everything was checked")
    return "; ".join(parts)


def plural(count: int, one: str, many: str = "") -> str:
    """Count things in words: `1 launch`, `2 launches`."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def _finding(finding: Finding, line_of: Lines, style: Style) -> str:
    word = "pass" if finding.verdict is Verdict.PASS else finding.severity.value
    doubt = within(finding.environments)
    doubt += " (cannot be told)" if finding.verdict is Verdict.UNKNOWN else ""
    doubt += " (already deployed)" if finding.deployed else ""
    message = _text(finding.message) or "as it should be"
    head = f"{style.severity(word, f'{word}[{finding.rule}]')}{doubt} {style.strong(_text(finding.address))}: {message}"
    lines = [head, f"  {style.faint('-->')} {_where(finding)}"]
    if finding.verdict is Verdict.PASS:
        return "\n".join([*lines, ""])
    source = line_of(finding.place) if finding.place and finding.place.line else None
    if finding.place and source is not None:
        lines += excerpt(finding.place, source, style, finding.severity.value)
    for related in finding.related:
        lines += _labelled("see", [f"{related.place}: {related.message}"], style)
    lines += _labelled("because", finding.trace, style)
    lines += _labelled("instead", finding.remedy.splitlines(), style)
    if finding.suppressed is not None:
        lines += _labelled("ignored", [str(finding.suppressed)], style)
    return "\n".join([*lines, ""])


def _where(finding: Finding) -> str:
    """Give `file:line:column`, and the root module where the file does not show it."""
    place, root = finding.place, finding.root
    where = escape(str(place)) if place else "(no file)"
    if place and place.file == "-":
        where = "standard input"
    if root not in (".", "") and not (place and f"{place.file}/".startswith(f"{root}/")):
        where += f" (in {_text(root)})"
    return where


def _labelled(label: str, lines: tuple[str, ...] | list[str], style: Style) -> list[str]:
    """Put a word before the first line, and the others under it."""
    texts = [_text(line) for line in lines if line.strip()]
    marks = [style.strong(label), *[" " * len(label)] * len(texts)]
    return [f"   {mark} {text}" for mark, text in zip(marks, texts, strict=False)]


def _text(text: str) -> str:
    return shorten(escape(text), _LONGEST)
