"""What every rule owes its reader: a page, examples that do what they claim, and clear messages."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from imdsguard import Action, Rule, load_rules, rule_files
from imdsguard.model.estate import History
from tests.checks.cases import FIXTURES, estate_of, judged, said

RULES = load_rules(rule_files())
OF_CHANGES = ("switch-without-readiness", "tokens-requirement-removed")
"""The rules about what a plan changes: their examples are the code before (right) and after (wrong)."""
SECTIONS = ["What it checks", "Why", "Wrong", "Right", "How to fix"]
FENCE = re.compile(r"^```terraform\n(.*?)^```", re.MULTILINE | re.DOTALL)

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


def section(rule: Rule, title: str) -> str:
    return re.split(r"^## ", rule.page, flags=re.MULTILINE)[1 + SECTIONS.index(title)].partition("\n")[2].strip()


@each_rule
def test_a_page_opens_with_one_sentence(rule: Rule) -> None:
    assert rule.summary.endswith(".")
    assert len(rule.summary) <= 100
    assert rule.page.splitlines()[1] == ""


@each_rule
def test_a_page_has_its_sections_in_order_and_none_is_empty(rule: Rule) -> None:
    assert re.findall(r"^## (.*)$", rule.page, flags=re.MULTILINE) == SECTIONS
    assert [title for title in SECTIONS if not section(rule, title)] == [], "sections that say nothing yet"


@each_rule
@pytest.mark.parametrize(("title", "found"), [("Wrong", True), ("Right", False)])
def test_examples_do_what_they_claim(
    rule: Rule, title: str, found: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    examples = FENCE.findall(section(rule, title))
    assert examples
    monkeypatch.chdir(tmp_path)
    for example in examples:
        Path("main.tf").write_text(example, encoding="utf-8")
        text = judged(rule.id) if rule.id not in OF_CHANGES else judged_change(rule, tmp_path)
        verdicts = re.findall(r"^\w+", text, flags=re.MULTILINE)
        assert ("fail" in verdicts) is found
        assert "unknown" not in verdicts
        assert verdicts, "the rule has nothing to say about its own example"


def judged_change(rule: Rule, folder: Path) -> str:
    """What the rule says of the code in the folder, where that of its right example is deployed."""
    after = estate_of(".")
    (folder / "before").mkdir()
    (folder / "before" / "main.tf").write_text(FENCE.findall(section(rule, "Right"))[0], encoding="utf-8")
    before = estate_of("before")
    launches = tuple(replace(each, resource=replace(each.resource, action=Action.UPDATE)) for each in after.launches)
    deployed = tuple(replace(each, resource=replace(each.resource, root=".")) for each in before.launches)
    earlier = replace(before, launches=deployed)
    return said(rule.id, replace(after, launches=launches, history=History(earlier=lambda: earlier)))


@each_rule
def test_messages_are_one_sentence_that_names_a_cause(rule: Rule) -> None:
    texts = [path.read_text(encoding="utf-8") for path in (FIXTURES / rule.id).glob("*/*/expected.txt")]
    paragraphs = [part.splitlines() for text in texts for part in text.split("\n\n") if part.strip()]
    spoken = [lines for lines in paragraphs if not lines[0].startswith("pass")]
    assert spoken, "no case has an expected.txt in which the rule finds something"
    for lines in spoken:
        message = lines[1].strip()
        assert not message.endswith("."), "a message stands in a line of its own, without a full stop"
        assert 30 <= len(message) <= 300, message
        assert ". " not in message, message
        assert any(line.startswith("  instead ") for line in lines), f"says nothing about what to write: {message}"


PUBLISHED = {
    "AWS Config": {
        "ec2-imdsv2-check",
        "ec2-launch-template-imdsv2-check",
        "autoscaling-launchconfig-requires-imdsv2",
        "autoscaling-launch-config-hop-limit",
        "ec2-token-hop-limit-check",
    },
    "AWS Control Tower": {"CT.EC2.PR.1", "CT.EC2.PR.2"},
    "AWS Security Hub": {"EC2.8", "EC2.170", "AutoScaling.3"},
    "AWS Security Hub (retired April 2024)": {"AutoScaling.4"},
    "CIS AWS Foundations 2.0": {"5.6"},
    "CIS AWS Foundations 3.0": {"5.6"},
    "CIS AWS Foundations 4.0": {"5.7"},
    "CIS AWS Foundations 5.0": {"5.7"},
    "CIS AWS Foundations 6.0": {"6.7"},
    "CIS AWS Foundations 7.0": {"6.7"},
    "CWE": {"CWE-918", "CWE-1390"},
    "NIST SP 800-53 r5": {"AC-3", "AC-3(7)", "AC-3(15)", "AC-6", "CA-9(1)", "CM-2", "CM-2(2)"},
    "PCI DSS 4.0.1": {"2.2.6"},
}
"""What the control's own text, or for CWE and NIST that of a check of the same setting, says: Security Hub's control
reference, the Config rules' pages, Control Tower's, Semgrep's rules, Prowler's compliance files."""
SCANNERS = {"Checkov", "Trivy", "tfsec", "Semgrep", "Terrascan", "Prowler", "Cloud Custodian", "cdk-nag", "KICS"}


@each_rule
def test_a_control_that_does_not_say_so_itself_is_marked_as_our_mapping(rule: Rule) -> None:
    for framework, ids in rule.controls.items():
        if framework not in SCANNERS and not framework.endswith("(our mapping)"):
            assert set(ids) <= PUBLISHED.get(framework, set()), f"{framework}: mark it (our mapping)"


@each_rule
def test_every_control_is_named_with_its_ids(rule: Rule) -> None:
    for framework, ids in rule.controls.items():
        assert framework.strip()
        assert ids
        assert all(isinstance(each, str) and each.strip() for each in ids)
