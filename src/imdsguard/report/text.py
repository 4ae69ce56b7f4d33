"""Findings for people: what is wrong, where, why, and what to write instead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.finding import Verdict
from imdsguard.model.severity import Severity
from imdsguard.report.escape import escape, shorten
from imdsguard.report.excerpt import excerpt
from imdsguard.report.groups import account_of, grouped, others
from imdsguard.report.style import Style
from imdsguard.report.view import View
from imdsguard.report.why_none import why_none
from imdsguard.report.words import clean, counts, where, within

if TYPE_CHECKING:
    from collections.abc import Callable

    from imdsguard.model.finding import Finding
    from imdsguard.model.place import Place
    from imdsguard.model.problem import Problem
    from imdsguard.report.groups import Group
    from imdsguard.report.report import Report

    Lines = Callable[[Place], str | None]

_LONGEST = 2000


def findings_text(report: Report, line_of: Lines, style: Style | None = None, view: View | None = None) -> str:
    """Give a scan as text, the worst last. `line_of` gives the source line on which a place starts, or None."""
    style, view = style or Style(), view or View()
    parts = [_block(group, line_of, style) for group in view.groups(report)]
    return "\n".join(parts if view.quiet else [*parts, summary_line(report, view) + "\n"])


def concise_text(report: Report, style: Style | None = None, view: View | None = None) -> str:
    """Give a scan as a line for each block of the text, as compilers write theirs: editors know where to go."""
    style, view = style or Style(), view or View()
    lines = []
    for group in view.groups(report):
        more = others(group)
        lines.append(
            f"{where(group.first.place)}: {_head(group.first, style)}{f' (and {clean(more)})' if more else ''}\n"
        )
    return "".join(lines if view.quiet else [*lines, summary_line(report, view) + "\n"])


def statistics_text(report: Report, style: Style | None = None, view: View | None = None) -> str:
    """Give how many findings and places there are of each rule, in place of them; the worst last."""
    from imdsguard.report.table import table

    style, view = style or Style(), view or View()
    rows: dict[tuple[str, str], list[Group]] = {}
    for group in view.groups(report):
        rows.setdefault((_word(group.first), group.first.rule), []).append(group)
    cells = [
        (rule, word, str(sum(len(group.findings) for group in groups)), str(len(groups)))
        for (word, rule), groups in rows.items()
    ]
    parts = [table(("RULE", "SEVERITY", "FINDINGS", "PLACES"), cells, style)] if cells else []
    return "\n".join(parts if view.quiet else [*parts, summary_line(report, view) + "\n"])


def problem_line(problem: Problem, style: Style | None = None) -> str:
    """Give a problem as one line: place, what is wrong, what to do."""
    style = style or Style()
    where = f"{escape(problem.where)}: " if problem.place else ""
    remedy = f" ({_text(problem.remedy)})" if problem.remedy else ""
    word = style.severity("note", "known problem") if problem.known else style.severity("error", "problem")
    return f"{word}: {where}{_text(problem.told)}{remedy}"


def summary_line(report: Report, view: View | None = None) -> str:
    """Say in one line what was looked at and what came of it; with `view`, also how to see what is left out."""
    summary = report.summary
    states = ", ".join(f"{count} {state.value}" for state, count in summary.states.items() if count)
    launches = plural(summary.launches, "launch", "launches")
    why = states or why_none(report.no_launch)
    parts = [f"{launches} ({why})" if why else launches, _found(report, view)]
    if summary.suppressed:
        parts.append(f"{summary.suppressed} suppressed")
    if report.problems:
        known = sum(bool(problem.known) for problem in report.problems)
        count = plural(len(report.problems), "problem") + (f" ({known} known)" if known else "")
        parts.append(f"{count}, so not everything was checked")
    return "; ".join(parts)


def _found(report: Report, view: View | None) -> str:
    """Count findings by severity, and the places at which they are mended."""
    hidden = view is not None and view.hides_notes(report)
    told = []
    for severity, count in report.summary.by_severity.items():
        if count:
            see = " (--show-notes)" if hidden and severity is Severity.NOTE else ""
            told.append(plural(count, severity.value) + see)
    if not told:
        return "no findings"
    places = len(grouped(finding for finding in report.findings if counts(finding)))
    return f"{', '.join(told)} in {plural(places, 'place')}"


def plural(count: int, one: str, many: str = "") -> str:
    """Count things in words: `1 launch`, `2 launches`."""
    return f"{count} {one if count == 1 else many or one + 's'}"


def _block(group: Group, line_of: Lines, style: Style) -> str:
    finding = group.first
    lines = [_head(finding, style), f"  {style.faint('-->')} {_where(finding)}"]
    if finding.verdict is Verdict.PASS:
        return "\n".join([*lines, *_labelled("and", [others(group)], style), ""])
    source = line_of(finding.place) if finding.place and finding.place.line else None
    if finding.place and source is not None:
        lines += excerpt(finding.place, source, style, finding.severity.value)
    lines += _labelled("and", [others(group), account_of(group)], style)
    for related in finding.related:
        lines += _labelled("see", [f"{related.place}: {related.message}"], style)
    lines += _labelled("because", finding.trace, style)
    lines += _labelled("instead", finding.remedy.splitlines(), style)
    if finding.suppressed is not None:
        lines += _labelled("ignored", [str(finding.suppressed)], style)
    lines += _labelled("help:", [f"imdsguard explain {finding.rule}"], style)
    return "\n".join([*lines, ""])


def _head(finding: Finding, style: Style) -> str:
    word = _word(finding)
    doubt = within(finding.environments)
    doubt += " (cannot be told)" if finding.verdict is Verdict.UNKNOWN else ""
    doubt += " (already deployed)" if finding.deployed else ""
    message = _text(finding.message) or "as it should be"
    return f"{style.severity(word, f'{word}[{finding.rule}]')}{doubt} {style.strong(_text(finding.address))}: {message}"


def _word(finding: Finding) -> str:
    return "pass" if finding.verdict is Verdict.PASS else finding.severity.value


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
