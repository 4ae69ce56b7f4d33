"""Large plans: work grows with their size and no faster, through reading, the estate and all rules."""

from __future__ import annotations

from benchmarks.documents import dense, large
from imdsguard.aws.estate import build
from imdsguard.aws.types.registry import supported_types
from imdsguard.model.finding import Verdict
from imdsguard.policy.read import find_policy
from imdsguard.run.judge import judge
from imdsguard.run.rules import load_rules, rule_files
from imdsguard.terraform.documents import read_document
from tests.work import calls_in

FEW, MANY = 250, 2_000
SLACK = 1.2
"""How much more than in proportion it may be, for sorting; to look at all pairs takes eight times as much."""


def findings(plan: bytes) -> tuple[int, int, int]:
    """Scan a plan; give the launches, and the failures and passes of all shipped rules."""
    root, problems = read_document("plan.json", plan, supported_types())
    assert problems == ()
    estate = build([(root.stack, root.resources)])
    policy, files = find_policy("strict", "."), rule_files(())
    rules = load_rules(files, policy.select(files))
    outcome = judge(estate, rules, policy.bind(rules))
    assert outcome.problems == ()
    verdicts = [finding.verdict for finding in outcome.findings]
    return len(estate.launches), verdicts.count(Verdict.FAIL), verdicts.count(Verdict.PASS)


def test_eight_times_the_launches_take_eight_times_the_work() -> None:
    few, many = dense(FEW), dense(MANY)
    assert findings(few)[0] == FEW
    assert calls_in(lambda: findings(many)) < calls_in(lambda: findings(few)) * (MANY / FEW) * SLACK


def test_the_benchmarks_plans_are_understood() -> None:
    launches, failed, passed = findings(large(4_000_000))
    assert launches >= 6
    assert failed
    assert passed
