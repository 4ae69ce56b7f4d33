"""Readiness for people, as text and as Markdown: which launches would break, and why that is thought."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.readiness import Readiness
from imdsguard.report.consequences import NOTHING_SHOWN, running, would_break
from imdsguard.report.escape import escape, shorten
from imdsguard.report.readiness_words import NOT_ASKED, WORDS, answer_in_words, instance_in_words, moment_of
from imdsguard.report.style import Style
from imdsguard.report.table import table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from imdsguard.model.consequences import Consequences
    from imdsguard.model.readiness import LaunchAnswer, ReadinessAnswers

    Evidence = Mapping[tuple[str, str, str], Sequence[str]]

_HEAD = ("LAUNCH", "VERDICT", "WHY", "ACCOUNT", "REGION")
_MOST = 20
"""Instances of one launch that are told by themselves."""
_LONGEST = 300
_ORDER = (Readiness.READY, Readiness.ENFORCED, Readiness.UNKNOWN, Readiness.NOT_READY)


def key_of(answer: LaunchAnswer) -> tuple[str, str, str]:
    """By what evidence is found: root module, environment and address."""
    return answer.root, answer.environment, answer.address


def readiness_text(
    answers: ReadinessAnswers, evidence: Evidence, style: Style | None = None, width: int | None = None
) -> str:
    """Give a table of the launches, worst last, and under it what was seen of each that is not ready."""
    style = style or Style()
    several = len({each.root for each in answers.launches}) > 1
    parts = []
    if answers.launches:
        ordered = sorted(answers.launches, key=lambda each: _ORDER.index(each.verdict))
        rows = [_row(each, several) for each in ordered]
        parts.append(table(_HEAD, rows, style, width))
        details = [line for each in ordered for line in _details(each, evidence.get(key_of(each), ()), several)]
        if details:
            parts.append("".join(f"{line}\n" for line in details))
    left = [f"{_line(each.address)} is not asked about: {NOT_ASKED[each.why]}\n" for each in answers.not_asked]
    if left:
        parts.append("".join(left))
    parts.append(f"{summary(answers)}\n")
    return "\n".join(parts)


def evidence_of(answer: LaunchAnswer, found: Consequences) -> list[str]:
    """Say what the code shows of what would break, and how the change gets to what runs.

    Of a launch that is ready only calls of its boot script are told, and since when none of its instances has booted.
    """
    told = [line for line in would_break(found) if line != NOTHING_SHOWN]
    if answer.verdict in (Readiness.NOT_READY, Readiness.UNKNOWN):
        return [*(f"in the code: {line}" for line in told), f"instances that run {running(found)}"]
    if answer.verdict is not Readiness.READY or not found.calls:
        return []
    boots = f"; it has not booted since {moment_of(answer.newest)}" if answer.newest is not None else ""
    return [f"in the code: {line}{boots}" for line in told]


def summary(answers: ReadinessAnswers) -> str:
    """Give the counts, and the window."""
    counts = [
        f"{count} {WORDS[verdict]}"
        for verdict in reversed(_ORDER)
        if (count := sum(each.verdict is verdict for each in answers.launches))
    ]
    window = answers.window
    said = ", ".join(counts) or "nothing that was read is deployed"
    return f"{said}; from {moment_of(window.start)} to {moment_of(window.end)} ({window.hours // 24} days)"


def _row(each: LaunchAnswer, several: bool) -> tuple[str, ...]:
    name = f"{each.root}: {each.address}" if several else each.address
    if each.environment:
        name += f" (in {each.environment})"
    return name, WORDS[each.verdict], answer_in_words(each), each.account or "?", each.region or "?"


def _details(each: LaunchAnswer, evidence: Sequence[str], several: bool) -> list[str]:
    """Say of a launch that is not ready which instances call, and what else speaks of it."""
    telling = each.verdict in (Readiness.NOT_READY, Readiness.UNKNOWN)
    shown = [one for one in each.instances if one.verdict is not Readiness.READY] if telling else []
    lines = [instance_in_words(one) for one in shown[:_MOST]]
    lines += [f"and {len(shown) - _MOST} more"] if len(shown) > _MOST else []
    lines += evidence
    name = f"{each.root}: {each.address}" if several else each.address
    return [_line(name), *(f"  {_line(line)}" for line in lines)] if lines else []


def _line(text: str) -> str:
    return shorten(escape(text), _LONGEST)


def readiness_markdown(answers: ReadinessAnswers, evidence: Evidence) -> str:
    """Give the same as Markdown."""
    from imdsguard.report.escape_markdown import code, prose

    lines = ["## Ready for tokens?", "", f"{prose(summary(answers))}", ""]
    ordered = sorted(answers.launches, key=lambda each: -_ORDER.index(each.verdict))
    if ordered:
        lines += ["| Launch | Verdict | Why | Account | Region |", "|---|---|---|---|---|"]
        for each in ordered:
            name, verdict, said, account, region = _row(each, len({one.root for one in ordered}) > 1)
            lines.append(f"| {code(name)} | {verdict} | {prose(said)} | {code(account)} | {code(region)} |")
        lines.append("")
    for each in ordered:
        details = _details(each, evidence.get(key_of(each), ()), several=False)
        if details:
            lines += [f"**{code(details[0])}**", "", *(f"- {prose(line.strip())}" for line in details[1:]), ""]
    lines += [f"- {code(each.address)} is not asked about: {NOT_ASKED[each.why]}" for each in answers.not_asked]
    lines += [f"- **problem**: {prose(str(problem))}" for problem in answers.problems]
    return "\n".join([*lines, ""]).rstrip("\n") + "\n"
