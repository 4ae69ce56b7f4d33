"""JUnit XML as Jenkins, GitLab, Azure DevOps and CircleCI read it: a suite a root module, a case a subject of a rule.

There is no standard; this keeps to the schema of Jenkins's xUnit plugin, junit-10.xsd. A finding that counts is a
failure of the type of its severity (`unknown` where it cannot be told), a suppressed one is skipped, and a problem is
an error: what could not be checked is no pass. A rule that had nothing to say is a case that passed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.finding import Verdict
from imdsguard.model.record import record
from imdsguard.report.groups import grouped
from imdsguard.report.words import clean, details, ordinals, problem_sentence, sentence, where, within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.model.problem import Problem
    from imdsguard.report.groups import Group
    from imdsguard.report.report import Report

_IN_TEXT = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_IN_ATTRIBUTE = {**_IN_TEXT, '"': "&quot;", "\n": "&#10;"}


@record(frozen=True, slots=True)
class JUnitCase:
    """One testcase. `kind` is the element in it (`failure`, `error`, `skipped`), or nothing if it passed.

    The texts are such as a person may see: those of scanned code are escaped before.
    """

    group: str
    name: str
    kind: str = ""
    type: str = ""
    message: str = ""
    body: str = ""


def render(report: Report) -> str:
    """Give the XML document: a suite for each root module, then problems, then rules without findings."""
    suites: dict[str, list[JUnitCase]] = {}
    for group in grouped(report.findings):
        suites.setdefault(group.first.root, []).append(_group(group))
    spoke = {finding.rule for finding in report.findings}
    silent = [JUnitCase(f"imdsguard.{rule.id}", "nothing found") for rule in report.rules if rule.id not in spoke]
    parts = [("could not be checked", [_problem(problem) for problem in report.problems]), ("rules", silent)]
    named = [(clean(root), cases) for root, cases in suites.items()] + [part for part in parts if part[1]]
    return document("imdsguard", named)


def document(title: str, suites: Sequence[tuple[str, Sequence[JUnitCase]]]) -> str:
    """Give the document of suites, each a name and its cases. Cases of one name in a suite are numbered."""
    everything = [case for _, cases in suites for case in cases]
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f"<testsuites {_counts(title, everything, skipped=False)}>",
    ]
    for name, cases in suites:
        lines.append(f"  <testsuite {_counts(name, cases, skipped=True)}>")
        numbers = ordinals(f"{case.group} {case.name}" for case in cases)
        lines += [_case(case, number) for case, number in zip(cases, numbers, strict=True)]
        lines.append("  </testsuite>")
    return "\n".join([*lines, "</testsuites>", ""])


def _group(group: Group) -> JUnitCase:
    finding = group.first
    region = f" ({clean(finding.region)})" if finding.region else ""
    rule, name = f"imdsguard.{clean(finding.rule)}", clean(finding.address) + region + within(finding.environments)
    if finding.verdict is Verdict.PASS:
        return JUnitCase(rule, name)
    if finding.suppressed is not None:
        return JUnitCase(rule, name, "skipped", finding.suppressed.means.value, clean(str(finding.suppressed)))
    kind = "unknown" if finding.verdict is Verdict.UNKNOWN else finding.severity.value
    body = "\n".join([f"{finding.severity.value} at {where(finding.place)}", *details(group)])
    return JUnitCase(rule, name, "failure", kind, sentence(finding), body)


def _problem(problem: Problem) -> JUnitCase:
    name, text = where(problem.place), problem_sentence(problem)
    if problem.known:
        return JUnitCase("imdsguard.problem", name, "skipped", message=f"{problem.known}: {text}")
    return JUnitCase("imdsguard.problem", name, "error", "problem", text)


def _counts(name: str, cases: Sequence[JUnitCase], *, skipped: bool) -> str:
    kinds = [case.kind for case in cases]
    given = {
        "name": name,
        "tests": str(len(cases)),
        "failures": str(kinds.count("failure")),
        "errors": str(kinds.count("error")),
    }
    return _attributes(given | ({"skipped": str(kinds.count("skipped"))} if skipped else {}))


def _case(case: JUnitCase, number: int) -> str:
    name = case.name if number == 1 else f"{case.name} #{number}"
    head = f"    <testcase {_attributes({'classname': case.group, 'name': name})}"
    if not case.kind:
        return f"{head}/>"
    inner = _attributes({"type": case.type, "message": case.message})
    return f"{head}>\n      <{case.kind} {inner}>{_written(case.body, _IN_TEXT)}</{case.kind}>\n    </testcase>"


def _attributes(given: dict[str, str]) -> str:
    return " ".join(f'{name}="{_written(value, _IN_ATTRIBUTE)}"' for name, value in given.items())


def _written(text: str, entities: dict[str, str]) -> str:
    return "".join(entities.get(character, character) for character in text)
