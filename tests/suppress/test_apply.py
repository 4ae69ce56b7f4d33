"""Comments held against findings: what each takes out of the count, until when, and what is said of it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from imdsguard.model.finding import Finding, Verdict
from imdsguard.model.place import Place
from imdsguard.model.severity import Severity
from imdsguard.model.suppression import Means, Suppression, SuppressionState
from imdsguard.policy.nodes import Scalar
from imdsguard.policy.policy import Policy, Setting
from imdsguard.policy.suppressions import Suppressions
from imdsguard.suppress.apply import Asked, Commented, apply_comments
from imdsguard.suppress.foreign_comments import ForeignComments
from imdsguard.suppress.marked import blocks_of, marked_files
from imdsguard.suppress.rules import rules_of_comments, severity_of
from tests.estates import resource

TODAY = "2026-11-30"
FILES = {
    "main.tf": '{above}resource "aws_instance" "web" {{\n}}\n',
    "calls.tf": '{call}module "outer" {{\n}}\n',
    "outer/main.tf": '{inner}module "inner" {{\n}}\n',
    "web_override.tf": '{override}resource "aws_instance" "web" {{\n}}\n',
}
"""Where a comment may stand that speaks for one instance; each is at most one line, above the block."""


@dataclass
class Run:
    """One finding on one instance, with the comments around it."""

    comments: dict[str, str]
    asked: dict[str, Any] = field(default_factory=dict)
    rule: str = "tokens"
    verdict: Verdict = Verdict.FAIL
    calls: bool = False
    found: bool = True

    def apply(self) -> Commented:
        written = dict.fromkeys(("above", "call", "inner", "override"), "")
        written |= {name: f"# imdsguard: {text}\n" for name, text in self.comments.items()}
        files = {name: text.format(**written) for name, text in FILES.items()}
        line = {name: text.count("\n") - 1 for name, text in files.items()}
        web = replace(
            resource("aws_instance.web", Place("main.tf", line["main.tf"], 1)),
            overrides=(Place("web_override.tf", line["web_override.tf"], 1),),
            calls=tuple(Place(name, line[name], 1) for name in ("calls.tf", "outer/main.tf")) if self.calls else (),
        )
        finding = Finding(
            self.rule, self.verdict, Severity.ERROR, web.address, "answers without a token", ".", "", resource=web
        )
        asked = Asked(
            **{
                "policy": Policy(),
                "known": frozenset({"tokens", "hops", "fixed-rule"}),
                "on": frozenset({"tokens", "hops", "fixed-rule"}),
                "fixed": frozenset({"fixed-rule"}),
                "today": TODAY,
                **self.asked,
            }
        )
        judged = blocks_of([web])
        marked = marked_files(judged, lambda name: files[name].encode(), asked.foreign.marks)
        return apply_comments([finding] if self.found else [], judged, marked, asked)


def counts(done: Commented) -> bool:
    """Whether the finding on the instance counts."""
    return next(each for each in done.findings if "suppression" not in each.rule).suppressed is None


def said(done: Commented) -> list[str]:
    return [each.rule for each in done.findings if each.rule.startswith("suppression-")]


def state(done: Commented) -> SuppressionState:
    (comment,) = done.comments
    return comment.state


@pytest.mark.parametrize(
    ("until", "over"),
    [
        ("2026-11-29", True),
        ("2026-11-30", False),  # the last day is the last on which it counts
        ("2026-12-01", False),
        ("2025-12-31", True),
        ("2027-01-01", False),
    ],
)
def test_a_comment_counts_up_to_its_last_day(until: str, over: bool) -> None:
    done = Run({"above": f"ignore[tokens] until={until} vendor image"}).apply()
    assert counts(done) is over
    assert state(done) is (SuppressionState.EXPIRED if over else SuppressionState.USED)
    assert said(done) == (["suppression-expired"] if over else [])


def test_what_a_comment_says_stands_with_the_finding() -> None:
    done = Run({"above": "ignore[tokens] until=2027-01-31 vendor image"}).apply()
    (finding,) = done.findings
    assert finding.suppressed == Suppression(Means.COMMENT, "vendor image", Place("main.tf", 1, 3, 1, 58), "2027-01-31")


EVERYWHERE = ("above", "override", "inner", "call")
"""Nearest first: on the resource, on what overrides it, on the call of its module, on the call of that one's."""


@pytest.mark.parametrize("missing", range(len(EVERYWHERE)))
def test_the_nearest_comment_gives_the_reason(missing: int) -> None:
    there = EVERYWHERE[missing:]
    done = Run({name: f"ignore[tokens] by {name}" for name in there}, calls=True).apply()
    (finding,) = done.findings
    assert finding.suppressed is not None
    assert finding.suppressed.reason == f"by {there[0]}"
    # The others would do as well, so that none of them is called useless.
    assert {comment.state for comment in done.comments} == {SuppressionState.USED}


@pytest.mark.parametrize(
    "near", ["ignore[tokens] until=2020-01-01 over", "ignore[tokens]", "ignore[hops] another rule"]
)
def test_a_comment_that_does_not_count_hides_none_behind_it(near: str) -> None:
    done = Run({"above": near, "call": "ignore[tokens] by call"}, calls=True).apply()
    suppressed = done.findings[0].suppressed
    assert suppressed is not None
    assert suppressed.reason == "by call"


def test_a_comment_on_a_call_that_does_not_lead_to_it_says_nothing() -> None:
    assert counts(Run({"call": "ignore[tokens] by call"}, calls=False).apply())


def policy(rules: tuple[str, ...] | None = None, comments: bool | None = None) -> dict[str, Any]:
    named = None if rules is None else tuple(Scalar(rule, Place("p.yaml", 1)) for rule in rules)
    return {"policy": Policy(suppressions=Suppressions(comments, named))}


@pytest.mark.parametrize(
    ("rule", "asked", "suppressed"),
    [
        ("tokens", {}, True),
        ("tokens", policy(rules=("tokens",)), True),
        ("tokens", policy(rules=("hops",)), False),
        ("tokens", policy(rules=()), False),
        ("tokens", policy(comments=False), False),
        ("tokens", policy(rules=("tokens",), comments=False), False),
        ("tokens", policy(comments=True), True),
        # What says of itself that nothing may pass unseen has to be named by the policy.
        ("fixed-rule", {}, False),
        ("fixed-rule", policy(comments=True), False),
        ("fixed-rule", policy(rules=("tokens",)), False),
        ("fixed-rule", policy(rules=("fixed-rule",)), True),
    ],
)
def test_which_rules_a_comment_may_suppress(rule: str, asked: dict[str, Any], suppressed: bool) -> None:
    done = Run({"above": f"ignore[{rule}] why"}, asked, rule).apply()
    assert counts(done) is not suppressed
    assert said(done) == ([] if suppressed else ["suppression-invalid"])
    assert state(done) is (SuppressionState.USED if suppressed else SuppressionState.INVALID)
    if not suppressed:
        assert (
            done.findings[1].message
            == f"the comment suppresses nothing: the policy does not let a comment suppress {rule}"
        )


def test_a_comment_for_several_rules_is_several_comments() -> None:
    done = Run({"above": "ignore[tokens, fixed-rule, hops] why"}).apply()
    assert [(each.rule, each.state.value) for each in done.comments] == [
        ("tokens", "used"),
        ("fixed-rule", "invalid"),
        ("hops", "unused"),
    ]
    assert not counts(done)
    assert said(done) == ["suppression-invalid", "suppression-unused"]


@pytest.mark.parametrize("verdict", [Verdict.FAIL, Verdict.UNKNOWN])
def test_what_cannot_be_told_is_suppressed_too(verdict: Verdict) -> None:
    assert not counts(Run({"above": "ignore[tokens] why"}, verdict=verdict).apply())


def test_a_pass_needs_no_comment() -> None:
    done = Run({"above": "ignore[tokens] why"}, verdict=Verdict.PASS).apply()
    assert counts(done)
    assert said(done) == ["suppression-unused"]


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, SuppressionState.UNUSED),
        ({"complete": False}, SuppressionState.IDLE),
        ({"on": frozenset({"hops"})}, SuppressionState.IDLE),
    ],
    ids=["all rules answered", "one did not", "the rule is off"],
)
def test_a_comment_is_useless_only_if_its_rule_was_asked(asked: dict[str, Any], expected: SuppressionState) -> None:
    done = Run({"above": "ignore[tokens] why"}, asked, found=False).apply()
    assert state(done) is expected
    assert said(done) == (["suppression-unused"] if expected is SuppressionState.UNUSED else [])


def test_the_rules_about_comments_are_declared_for_policies() -> None:
    rules = rules_of_comments()
    assert [(rule.id, rule.severity, rule.wants) for rule in rules] == [
        ("suppression-invalid", Severity.WARNING, ("Estate",)),
        ("suppression-expired", Severity.WARNING, ("Estate",)),
        ("suppression-unused", Severity.NOTE, ("Estate",)),
    ]
    assert [severity_of(rule.id) for rule in rules] == [rule.severity for rule in rules]
    assert [rule.check(None) for rule in rules] == [(), (), ()]


@pytest.mark.parametrize(
    ("comment", "message"),
    [
        ("ignore[token] why", 'there is no rule "token"; did you mean "tokens"?'),
        ("ignore[tokens]", "it gives no reason: say behind the bracket why this is as it is"),
    ],
)
def test_a_comment_that_is_wrong_is_said_to_be(comment: str, message: str) -> None:
    done = Run({"above": comment}).apply()
    assert counts(done)
    finding = done.findings[1]
    assert (finding.rule, finding.verdict, finding.severity) == ("suppression-invalid", Verdict.FAIL, Severity.WARNING)
    assert finding.message == f"the comment suppresses nothing: {message}"
    assert (finding.address, finding.root, finding.remedy) == (
        "aws_instance.web",
        ".",
        "# imdsguard: ignore[rule-id] reason",
    )
    assert finding.place is not None
    assert (finding.place.file, finding.place.line) == ("main.tf", 1)


def test_a_comment_that_stands_at_nothing() -> None:
    done = Run({"above": "ignore[tokens] why\n\n# imdsguard: ignore[hops] why"}).apply()
    invalid = next(each for each in done.comments if each.rule == "tokens")
    assert invalid.state is SuppressionState.INVALID
    assert invalid.fault.startswith("it stands at nothing that can be found wrong")
    (finding,) = [each for each in done.findings if each.rule == "suppression-invalid"]
    assert (finding.address, finding.root) == ("main.tf", ".")


@pytest.mark.parametrize(
    ("setting", "severity"),
    [(Setting(), Severity.WARNING), (Setting(severity=Severity.ERROR), Severity.ERROR), (Setting(off=True), None)],
)
def test_a_policy_says_how_bad_a_wrong_comment_is(setting: Setting, severity: Severity | None) -> None:
    asked = {"policy": Policy(settings={"suppression-expired": setting})}
    done = Run({"above": "ignore[tokens] until=2020-01-31 over"}, asked).apply()
    assert [each.severity for each in done.findings[1:]] == ([] if severity is None else [severity])
    if severity is not None:
        assert done.findings[1].message == "the comment that suppresses tokens ended on 2020-01-31: over"
        assert done.findings[1].remedy == "put the finding right, or give the comment a new day and reason"


def test_each_comment_has_a_name_that_outlives_moved_lines() -> None:
    first = Run({"above": "ignore[tokens] until=2020-01-31 over"}).apply().findings[1].fingerprint
    again = Run({"above": "ignore[tokens] until=2021-01-31 other words"}).apply().findings[1].fingerprint
    another = Run({"above": "ignore[hops] until=2020-01-31 over"}).apply().findings[1].fingerprint
    assert first == again != another


def test_one_fault_of_a_comment_for_two_rules_is_said_once() -> None:
    done = Run({"above": "ignore[tokens, hops]"}).apply()
    assert said(done) == ["suppression-invalid"]


def test_other_scanners_comments_count_where_asked_and_are_never_called_wrong() -> None:
    foreign = ForeignComments(frozenset({"trivy"}), {"aws-0028": ("tokens",)})
    for text, suppressed in (("AVD-AWS-0028", True), ("AVD-AWS-0028:exp:2026-11-29", False)):
        run = Run({}, {"foreign": foreign})
        run.comments = {"above": f"-\n#trivy:ignore:{text}"}
        done = run.apply()
        assert counts(done) is not suppressed
        assert [rule for rule in said(done) if rule != "suppression-invalid"] == []


def test_what_is_suppressed_already_keeps_its_reason() -> None:
    web = resource("aws_instance.web", Place("main.tf", 2, 1))
    before = Suppression(Means.BASELINE, "it was there")
    finding = Finding(
        "tokens", Verdict.FAIL, Severity.ERROR, web.address, "m", ".", "", suppressed=before, resource=web
    )
    asked = Asked(Policy(), frozenset({"tokens"}), frozenset({"tokens"}), TODAY)
    text = b'# imdsguard: ignore[tokens] why\nresource "aws_instance" "web" {}\n'
    done = apply_comments([finding], blocks_of([web]), [("main.tf", text)], asked)
    assert done.findings[0].suppressed == before
    assert state(done) is SuppressionState.USED


def test_a_finding_on_no_resource_is_suppressed_by_nobody() -> None:
    finding = Finding("tokens", Verdict.FAIL, Severity.ERROR, "somewhere", "m", ".", "")
    asked = Asked(Policy(), frozenset({"tokens"}), frozenset({"tokens"}), TODAY)
    assert apply_comments([finding], {}, [], asked).findings == (finding,)


def test_only_the_callers_own_code_is_looked_at_for_comments() -> None:
    places = {
        "main.tf": True,
        "main.tofu": True,
        "main.tf.json": True,
        "main.tofu.json": True,
        "plan.json": False,
        ".terraform/modules/m/main.tf": False,
        "a/.terraform/modules/m/main.tf": False,
    }
    found = blocks_of([resource(f"aws_instance.x{n}", Place(file, 3, 5)) for n, file in enumerate(places)])
    assert [key[0] for key in found] == [file for file, looked_at in places.items() if looked_at]
    assert found["main.tf", 3, 5] == "."
    assert blocks_of([resource("aws_instance.whole", Place("main.tf"))]) == {}


def test_files_without_a_mark_are_not_read_again() -> None:
    files = {"a.tf": b"# imdsguard: x", "b.tf": b"# trivy:ignore:x", "c.tf": b"nothing"}

    def read(name: str) -> bytes:
        if name not in files:
            raise OSError
        return files[name]

    keys = [(name, 1, 1) for name in ("gone.tf", "c.tf", "b.tf", "a.tf", "a.tf")]
    assert marked_files(keys, read) == (("a.tf", files["a.tf"]),)
    assert marked_files(keys, read, [b"trivy:ignore"]) == (("a.tf", files["a.tf"]), ("b.tf", files["b.tf"]))
