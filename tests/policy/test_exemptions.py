"""Exemptions: what they take out of the count, when they end, and what is said of those that nothing needs."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from imdsguard.model.finding import Finding, Verdict
from imdsguard.model.place import Place
from imdsguard.model.rule import Rule
from imdsguard.model.severity import Severity
from imdsguard.model.suppression import Means, Suppression
from imdsguard.policy.errors import PolicyError
from imdsguard.policy.exempt import ending, exempt
from imdsguard.policy.policy import Policy
from imdsguard.policy.read import find_policy
from tests.estates import resource

TODAY = "2026-06-15"


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def rule(name: str, *, fixed: bool = False) -> Rule:
    return Rule(name, f"{name}.py", Severity.ERROR, "Page.", lambda: (), ("Launch",), fixed=fixed)


RULES = (rule("tokens-optional"), rule("hop-limit"), rule("tokens-removed", fixed=True))
IDS = tuple(each.id for each in RULES)


def policy(*exemptions: str, more: str = "") -> Policy:
    listed = "".join(f"  - {{{each}}}\n" for each in exemptions)
    Path("team.yaml").write_text(f"version: 1\nexemptions:\n{listed}{more}")
    found = find_policy("team.yaml", ".")
    found.select(IDS)
    return found.bind(RULES)


def finding(
    rule: str = "tokens-optional",
    address: str = "module.legacy.aws_instance.a[0]",
    verdict: Verdict = Verdict.FAIL,
    *,
    region: str | None = "eu-west-1",
    suppressed: Suppression | None = None,
) -> Finding:
    about = resource("aws_instance.a", Place("modules/legacy/main.tf", 3, 1), "stacks/prod")
    return Finding(
        rule, verdict, Severity.ERROR, address, "is open", "stacks/prod", "f", Place("prod.tfvars", 1, 1),
        region=region, suppressed=suppressed, resource=about,
    )  # fmt: skip


def marked(exemption: str, found: Finding | None = None) -> bool:
    """Whether an exemption takes a finding out of the count."""
    (only, *_) = exempt([found or finding()], policy(f"{exemption}, reason: because"), TODAY, RULES)
    return only.suppressed is not None


def told(found: Iterable[Finding]) -> list[tuple[str, str, str, str]]:
    return [(f.rule, f.severity.value, str(f.place), f.message) for f in found if f.rule.startswith("exemption")]


def test_what_is_exempted_says_by_what_why_and_until_when() -> None:
    chosen = policy("rule: tokens-optional, address: 'module.legacy.*', reason: ' vendor image ', expires: 2027-03-31")
    (found,) = exempt([finding()], chosen, TODAY, RULES)
    place = Place("team.yaml", 3, 5, 3, 103)
    assert found.suppressed == Suppression(Means.EXEMPTION, "vendor image", place, "2027-03-31")
    assert str(found.suppressed) == "by the policy's exemption, team.yaml:3:5: vendor image (until 2027-03-31)"


@pytest.mark.parametrize(
    ("exemption", "expected"),
    [
        ("rule: tokens-optional", True),
        ("rule: hop-limit", False),
        ("rule: [hop-limit, tokens-optional]", True),
        ("rule: 'tokens-*'", True),
        ("rule: '*', root: 'stacks/*'", True),
        ("rule: tokens-optional, address: 'module.legacy.*'", True),
        ("rule: tokens-optional, address: module.legacy.aws_instance.a", True),
        ("rule: tokens-optional, address: 'module.legacy.aws_instance.a[0]'", True),
        ("rule: tokens-optional, address: 'module.legacy.aws_instance.a[1]'", False),
        ("rule: tokens-optional, address: [a, 'module.*']", True),
        ("rule: tokens-optional, path: 'modules/**'", True),
        ("rule: tokens-optional, path: '*.tfvars'", True),
        ("rule: tokens-optional, path: '*.tf'", False),
        ("rule: tokens-optional, root: stacks/prod", True),
        ("rule: tokens-optional, root: stacks/test", False),
        ("rule: tokens-optional, region: 'eu-*'", True),
        ("rule: tokens-optional, region: us-east-1", False),
        ("rule: tokens-optional, address: 'module.*', region: us-east-1", False),
        ("rule: tokens-optional, verdict: fail", True),
        ("rule: tokens-optional, verdict: unknown", False),
    ],
)
def test_what_it_speaks_of(exemption: str, expected: bool) -> None:
    assert marked(exemption) is expected


def test_who_accepts_that_it_is_wrong_accepts_that_it_may_be() -> None:
    doubtful = finding(verdict=Verdict.UNKNOWN)
    assert marked("rule: tokens-optional", doubtful)
    assert marked("rule: tokens-optional, verdict: [unknown]", doubtful)
    assert not marked("rule: tokens-optional, verdict: fail", doubtful)
    assert not marked("rule: tokens-optional", finding(verdict=Verdict.PASS))


def test_a_finding_without_a_region_is_in_none() -> None:
    assert not marked("rule: tokens-optional, region: '*'", finding(region=None))


@pytest.mark.parametrize(
    ("named", "expected"), [("tokens-removed", True), ("'tokens-*'", False), ("[hop-limit, tokens-removed]", True)]
)
def test_a_fixed_rule_must_be_named(named: str, expected: bool) -> None:
    assert marked(f"rule: {named}", finding("tokens-removed")) is expected


def test_the_last_day_counts_and_the_next_does_not() -> None:
    chosen = policy("rule: tokens-optional, reason: because, expires: 2026-06-15")
    (found,) = exempt([finding()], chosen, "2026-06-15", RULES)
    assert found.suppressed is not None
    back, said = exempt([finding()], chosen, "2026-06-16", RULES)
    assert back.suppressed is None
    assert told([said]) == [
        ("exemption-expired", "warning", "team.yaml:3:5", "ended on 2026-06-15, and what it exempted is still there")
    ]


def test_another_exemption_may_take_the_place_of_one_that_has_ended() -> None:
    chosen = policy(
        "rule: tokens-optional, reason: old, expires: 2020-01-01", "rule: tokens-optional, reason: new, address: 'm*'"
    )
    found = exempt([finding()], chosen, TODAY, RULES)
    assert found[0].suppressed is not None
    assert found[0].suppressed.reason == "new"
    assert [rule for rule, *_ in told(found)] == ["exemption-expired"]


def test_what_nothing_needs_is_told_only_by_a_run_over_all_it_may_be_about() -> None:
    chosen = policy(
        "rule: tokens-optional, reason: because, address: gone",
        "rule: tokens-optional, reason: because, address: gone, expires: 2020-01-01",
        "rule: tokens-optional, reason: because",
    )
    assert told(exempt([finding()], chosen, TODAY, RULES)) == []
    assert told(exempt([finding()], chosen, TODAY, RULES, lambda each: True)) == [
        ("exemption-unused", "note", "team.yaml:3:5", "nothing that was found needs it"),
        ("exemption-expired", "warning", "team.yaml:4:5", "ended on 2020-01-01, and nothing needs it any more"),
    ]


def test_a_rule_that_is_not_asked_is_another_reason_for_being_unused() -> None:
    chosen = policy("rule: hop-limit, reason: because", more="rules: {hop-limit: off}\n")
    assert [message for *_, message in told(exempt([], chosen, TODAY, RULES[:1], lambda each: True))] == [
        "exempts from what this policy does not ask"
    ]


def test_what_a_comment_suppresses_stays_so_and_uses_the_exemption() -> None:
    comment = Suppression(Means.COMMENT, "here")
    chosen = policy("rule: tokens-optional, reason: because")
    assert exempt([finding(suppressed=comment)], chosen, TODAY, RULES, lambda each: True) == (
        finding(suppressed=comment),
    )


def test_how_bad_the_reports_are_is_the_policys() -> None:
    worse = policy("rule: tokens-optional, reason: r", more="rules: {exemption-unused: error}\n")
    assert [severity for _, severity, *_ in told(exempt([], worse, TODAY, RULES, lambda each: True))] == ["error"]
    off = policy("rule: tokens-optional, reason: r", more="rules: {exemption-unused: off}\n")
    assert told(exempt([], off, TODAY, RULES, lambda each: True)) == []


def test_the_report_of_an_exemption_keeps_its_name_when_lines_move() -> None:
    def name(*before: str) -> str:
        said = exempt([], policy(*before, "rule: hop-limit, address: x, reason: r"), TODAY, RULES, lambda each: True)
        return said[-1].fingerprint

    assert name() == name("rule: tokens-optional, reason: r")


def test_which_end_soon() -> None:
    chosen = policy(
        *(f"rule: hop-limit, reason: {n}, expires: {day}" for n, day in enumerate(
            ("2026-06-14", "2026-06-15", "2026-06-29", "2026-06-30")
        )),
        "rule: hop-limit, reason: never",
    )  # fmt: skip
    assert [each.reason for each in ending(chosen, TODAY, "2026-06-29")] == ["1", "2"]


def test_a_policy_and_what_it_extends_exempt_together() -> None:
    Path("base.yaml").write_text("version: 1\nexemptions:\n  - {rule: hop-limit, reason: base}\n")
    chosen = policy("rule: tokens-optional, reason: mine", more="extends: ./base.yaml\n")
    assert [str(each.place) for each in chosen.exemptions] == ["./base.yaml:3:5", "team.yaml:3:5"]


def test_a_requirement_can_be_exempted_from() -> None:
    more = "requirements:\n  - {id: team-hops, require: {state: required}}\n"
    chosen = policy("rule: team-hops, reason: r", more=more)
    assert exempt([finding("team-hops")], chosen, TODAY, RULES)[0].suppressed is not None


@pytest.mark.parametrize(
    ("exemption", "complaint"),
    [
        ("rule: tokns-optional, reason: r", '3:5: there is no rule "tokns-optional"; did you mean "tokens-optional"?'),
        ("rule: 'x*', reason: r",
         ('3:5: there is no rule "x*" (known: exemption-expired, exemption-unused, hop-limit, suppression-expired, '
         "suppression-invalid, suppression-unused, tokens-optional, tokens-removed)")),
    ],
)  # fmt: skip
def test_a_rule_that_is_not_there_cannot_be_exempted_from(exemption: str, complaint: str) -> None:
    with pytest.raises(PolicyError) as refused:
        policy(exemption)
    assert str(refused.value) == f"team.yaml:{complaint}"
