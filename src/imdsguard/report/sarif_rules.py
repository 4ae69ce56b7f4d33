"""Rules as SARIF's reporting descriptors: GitHub shows the page beside each alert, and sorts by `security-severity`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from imdsguard.model.severity import Severity
from imdsguard.report.escape import escape, escape_lines

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from imdsguard.model.finding import Finding
    from imdsguard.model.rule import Rule

LONGEST_DESCRIPTION = 1024
MOST_TAGS = 20

# On the scale of CVSS: 7.0 to 8.9 is "high" on GitHub, 4.0 to 6.9 "medium", below "low".
_SCORES = {Severity.ERROR: "8.0", Severity.WARNING: "5.0", Severity.NOTE: "2.0"}


def descriptors(rules: Sequence[Rule], findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Describe the rules that were asked, and those that findings name though nobody asked them."""
    known = {rule.id: _rule(rule) for rule in rules}
    for finding in findings:
        known.setdefault(finding.rule, _nameless(finding))
    return list(known.values())


def _rule(rule: Rule) -> dict[str, Any]:
    controls = [f"{framework} {control}" for framework, ids in rule.controls.items() for control in ids]
    page = escape_lines(rule.page.strip())
    summary = escape(rule.summary)
    return {
        "id": rule.id,
        "name": _pascal(rule.id),
        "shortDescription": {"text": _cut(summary) or rule.id},
        "fullDescription": {"text": _cut(_first_section(page) or summary) or rule.id},
        "help": {"text": page or rule.id, "markdown": f"# {rule.id}\n\n{page}"},
        "defaultConfiguration": {"level": rule.severity.value},
        "properties": {
            "security-severity": _SCORES[rule.severity],
            "tags": ["security", "terraform", "aws", "imds", *controls][:MOST_TAGS],
            "controls": controls,
        },
    }


def _nameless(finding: Finding) -> dict[str, Any]:
    return {
        "id": finding.rule,
        "name": _pascal(finding.rule),
        "shortDescription": {"text": finding.rule},
        "defaultConfiguration": {"level": finding.severity.value},
    }


def _first_section(page: str) -> str:
    """Give the first paragraph under the page's first heading, on one line."""
    section = page.partition("\n## ")[2].partition("\n")[2].strip()
    return " ".join(section.partition("\n\n")[0].split())


def _pascal(name: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in name.split("-"))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_DESCRIPTION else text[: LONGEST_DESCRIPTION - 3] + "..."
