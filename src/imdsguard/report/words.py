"""What formats for machines that show text to people have in common: the order, the sentence, the place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.finding import Verdict
from imdsguard.model.severity import Severity
from imdsguard.report.escape import escape, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from imdsguard.model.finding import Finding
    from imdsguard.model.place import Place
    from imdsguard.model.problem import Problem
    from imdsguard.report.groups import Group
    from imdsguard.report.report import Report

LONGEST = 2000
STDIN = "standard input"
SENSITIVE = "(sensitive)"
"""What is shown in place of a sensitive value."""


def counts(finding: Finding) -> bool:
    """Whether a finding is one that somebody has to act on: neither a pass nor suppressed."""
    return finding.verdict is not Verdict.PASS and finding.suppressed is None


def counted(report: Report) -> list[Group]:
    """Give the findings that count, as groups, worst first: where a reader cuts the list, the mildest go."""
    from imdsguard.report.groups import grouped

    return grouped(worst_first(finding for finding in report.findings if counts(finding)))


def worst_first(findings: Iterable[Finding]) -> list[Finding]:
    """Order findings by what they ask of the reader: those that count, by severity; suppressed ones; passes."""
    severities = list(Severity)
    return sorted(
        findings,
        key=lambda f: (f.verdict is Verdict.PASS, f.suppressed is not None, severities.index(f.severity)),
    )


def sentence(finding: Finding) -> str:
    """Give address and message as one line of text that has been escaped, and say if it cannot be told."""
    message = clean(finding.message) or "as it should be"
    doubt = " (cannot be told)" if finding.verdict is Verdict.UNKNOWN else ""
    return f"{clean(finding.address)}{within(finding.environments)}{doubt}: {message}"


def within(environments: Sequence[str]) -> str:
    """Name the environments in which something is so, to be put behind what it is; nothing where there are none."""
    return f" (in {clean(', '.join(environments))})" if environments else ""


def details(group: Group) -> list[str]:
    """Give the lines under the sentence of a group's first: and, see, because, instead, ignored; each escaped."""
    from imdsguard.report.groups import account_of, others

    finding = group.first
    lines = [f"and {clean(said)}" for said in (others(group), account_of(group)) if said]
    lines += [f"see {clean(f'{each.place}: {each.message}')}" for each in finding.related]
    lines += [f"because {clean(step)}" for step in finding.trace]
    remedy = [clean(line) for line in finding.remedy.splitlines() if line.strip()]
    lines += [f"instead {remedy[0]}", *(f"  {line}" for line in remedy[1:])] if remedy else []
    if finding.suppressed is not None:
        lines.append(f"ignored {clean(str(finding.suppressed))}")
    return lines


def problem_sentence(problem: Problem) -> str:
    """Give a problem without its place as one line of text that has been escaped."""
    remedy = f" ({clean(problem.remedy)})" if problem.remedy else ""
    more = f" (and at {len(problem.also)} other place{'s' if len(problem.also) > 1 else ''})" if problem.also else ""
    return f"{clean(problem.told)}{more}{remedy}"


def where(place: Place | None) -> str:
    """Give a place as one line of text that has been escaped."""
    if place is None:
        return "(no file)"
    return STDIN if place.file == "-" else clean(str(place))


def clean(text: str) -> str:
    """Escape text from scanned code, and cut it to a length that a person may still read."""
    return shorten(escape(text), LONGEST)


def ordinals(names: Iterable[str]) -> list[int]:
    """Count how often each name was there before, from 1: what makes equal names different, and stays the same."""
    seen: dict[str, int] = {}
    numbers = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        numbers.append(seen[name])
    return numbers
