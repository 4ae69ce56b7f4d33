"""Results of a policy's tests as JUnit XML, which most CI systems show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.report.escape import escape

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.cli.policy_test import Result


def junit(results: Sequence[Result]) -> str:
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
