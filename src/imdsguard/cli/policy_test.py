"""What `imdsguard policy test` says of a policy's tests: lines for people, or JUnit XML, which most CI systems show."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from imdsguard.cli.exits import CLEAN, FOUND, PROBLEM
from imdsguard.cli.output import style_for
from imdsguard.cli.streams import write_out
from imdsguard.report.escape import escape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.report.style import Style
    from imdsguard.run.policy_tests import CaseResult


def tell(results: Sequence[CaseResult], form: str, *, no_color: bool, quiet: bool) -> int:
    """Say how each test went, and give the exit code."""
    if form == "junit":
        write_out(_junit(results))
    else:
        write_out(_text(results, style_for(sys.stdout, no_color=no_color), quiet=quiet))
    if any(result.faults for result in results):
        return PROBLEM
    return FOUND if any(result.said for result in results) else CLEAN


def _text(results: Sequence[CaseResult], style: Style, *, quiet: bool) -> str:
    lines: list[str] = []
    for result in results:
        if not (result.said or result.faults):
            if not quiet:
                lines.append(f"ok    {escape(result.name)}")
            continue
        word = style.severity("error", "ERROR" if result.faults else "FAIL")
        lines.append(f"{word}{' ' * (1 if result.faults else 2)}{escape(result.name)}")
        lines += [f"      {escape(text)}" for text in (*result.faults, *result.said)]
    from imdsguard.report.text import plural

    broken = sum(bool(result.faults) for result in results)
    failed = sum(bool(result.said and not result.faults) for result in results)
    counts = [f"{len(results) - broken - failed} ok"]
    counts += [f"{failed} failed"] if failed else []
    counts += [f"{broken} could not be run"] if broken else []
    if not quiet or failed or broken:
        lines.append(f"{plural(len(results), 'test')}: {', '.join(counts)}")
    return "".join(f"{line}\n" for line in lines)


def _junit(results: Sequence[CaseResult]) -> str:
    """Give one suite with a case for each test."""
    from xml.sax.saxutils import escape as text_of
    from xml.sax.saxutils import quoteattr

    def attribute(text: str) -> str:
        return quoteattr(escape(text))

    failed = sum(bool(each.said and not each.faults) for each in results)
    broken = sum(bool(each.faults) for each in results)
    counts = f'tests="{len(results)}" failures="{failed}" errors="{broken}"'
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', f"<testsuites {counts}>"]
    lines.append(f'  <testsuite name="imdsguard policy" {counts}>')
    for each in results:
        name = f'    <testcase classname="imdsguard.policy" name={attribute(each.name)}'
        said = each.faults or each.said
        if not said:
            lines.append(f"{name}/>")
            continue
        kind = "error" if each.faults else "failure"
        text = "\n".join(text_of(escape(line)) for line in said)
        lines += [f"{name}>", f"      <{kind} message={attribute(said[0])}>{text}</{kind}>", "    </testcase>"]
    return "\n".join([*lines, "  </testsuite>", "</testsuites>"]) + "\n"
