"""The fixtures of the rules: `tests/fixtures/<rule-id>/<group>/<case>/` holds Terraform and the expected text."""

from __future__ import annotations

from pathlib import Path

from imdsguard import Estate, Finding, Policy, Verdict, judge, load_rules, rule_files
from imdsguard.aws.estate import build
from imdsguard.aws.types.registry import supported_types
from imdsguard.run.reading import estate_of as of_roots
from imdsguard.terraform.inputs import Inputs
from imdsguard.terraform.read import read

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
GROUPS = ("found", "silent", "unknown")
"""Cases in which the rule finds something, in which it is silent, and in which it cannot tell."""

BEFORE = "before.tf.txt"
"""The code that is deployed, in a case of a change: its plan, made on top of that, is what the rule is asked about."""

CASES = sorted(path for group in GROUPS for path in FIXTURES.glob(f"*/{group}/*") if path.is_dir())


def judged(rule: str, folder: str = ".") -> str:
    """What one rule says about the Terraform in a folder, passes too: a paragraph for each verdict."""
    return said(rule, estate_of_change(folder) if Path(folder, BEFORE).exists() else estate_of(folder))


def said(rule: str, estate: Estate) -> str:
    """What one rule says about an estate."""
    outcome = judge(estate, load_rules(rule_files(), [rule]), Policy())
    assert outcome.problems == (), outcome.problems
    return "\n".join(paragraph(finding) for finding in outcome.findings)


def estate_of(path: str) -> Estate:
    """The estate that a folder of Terraform, or a plan, describes."""
    reading = read([path], Inputs(), supported_types())
    assert reading.problems == (), reading.problems
    return build([(root.stack, root.resources) for root in reading.roots])


def estate_of_change(folder: str) -> Estate:
    """The estate that the plan in a folder describes, at the places of the source beside it."""
    reading = read([f"{folder}/plan.json"], Inputs(source=folder), supported_types())
    assert reading.problems == (), reading.problems
    return of_roots(reading.roots, reading.problems).estate


def paragraph(finding: Finding) -> str:
    region = f" [{finding.region}]" if finding.region else ""
    lines = [f"{finding.verdict.value} {finding.address}{region} {finding.place}"]
    if finding.message:
        lines.append(f"  {finding.message}")
    if finding.verdict is not Verdict.PASS:
        lines += [f"  because {step}" for step in finding.trace]
        lines += [f"  instead {line}" for line in finding.remedy.splitlines()]
    return "\n".join(lines) + "\n"
