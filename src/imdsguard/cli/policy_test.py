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

    from imdsguard.report.junit import JUnitCase
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
    from imdsguard.report.junit import document

    return document("imdsguard policy", [("imdsguard policy", [_case(result) for result in results])])


def _case(result: CaseResult) -> JUnitCase:
    from imdsguard.report.junit import JUnitCase

    said = [escape(text) for text in result.faults or result.said]
    kind, of = ("error", "problem") if result.faults else ("failure", "error") if said else ("", "")
    return JUnitCase("imdsguard.policy", escape(result.name), kind, of, said[0] if said else "", "\n".join(said))
