"""Requirements: which launches they are about, what they ask, and what they say of each launch."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from imdsguard.aws.estate import build
from imdsguard.aws.types.registry import supported_types
from imdsguard.model.account import ENVIRONMENT
from imdsguard.model.estate import Estate
from imdsguard.model.finding import Finding, Verdict
from imdsguard.model.launch import Coverage, Kind, Launch, State
from imdsguard.model.option import Option, Source
from imdsguard.model.place import Place
from imdsguard.model.reason import Reason, ReasonKind, refused
from imdsguard.model.scope import Scope
from imdsguard.model.severity import Severity
from imdsguard.model.tags import TagLayer, Tags
from imdsguard.model.value import Known, Step, Unknown, Value
from imdsguard.policy.policy import Policy
from imdsguard.policy.read import find_policy
from imdsguard.run.judge import judge
from imdsguard.terraform.inputs import Inputs
from imdsguard.terraform.read import read
from tests.estates import launch, resource


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def policy(requirement: str, more: str = "") -> Policy:
    Path("team.yaml").write_text(f"version: 1\nrequirements:\n  - {requirement}\n{more}")
    found = find_policy("team.yaml", ".")
    found.select(())
    return found.bind(())


def judged(requirement: str, *launches: Launch, more: str = "") -> list[Finding]:
    return list(judge(Estate(launches), (), policy(requirement, more)).findings)


def verdicts(requirement: str, *launches: Launch) -> list[str]:
    return [finding.verdict.value for finding in judged(requirement, *launches)]


def one(requirement: str, asked: Launch) -> Finding:
    (finding,) = judged(requirement, asked)
    return finding


def tagged(*layers: dict[str, Value]) -> Launch:
    return replace(launch(), labelled=lambda: (Tags(tuple(TagLayer(layer) for layer in layers)),))


def with_hops(value: int | None, source: Source = Source.LAUNCH) -> Launch:
    place = Place("main.tf", 8, 35)
    reason = None if value is not None else refused("var.hops has no value")
    hops = Option("http_put_response_hop_limit", value, source, place, (Step("aws_instance.web", place),), reason)
    made = launch(state=State.REQUIRED)
    return replace(made, options={**made.options, "http_put_response_hop_limit": hops})


# What is said


def test_what_fails_is_said_with_the_place_the_way_and_the_remedy() -> None:
    finding = one("{id: team-hops, require: {http_put_response_hop_limit: {max: 1}}}", with_hops(3))
    assert (finding.rule, finding.verdict, finding.severity) == ("team-hops", Verdict.FAIL, Severity.ERROR)
    assert finding.message == (
        'http_put_response_hop_limit must be at most 1: http_put_response_hop_limit is "3" in aws_instance.web'
    )
    assert (finding.place, finding.trace) == (Place("main.tf", 8, 35), ("aws_instance.web (main.tf:8)",))
    assert finding.remedy == "http_put_response_hop_limit = 1"


def test_the_message_of_a_policy_comes_first() -> None:
    finding = one('{id: a, require: {http_tokens: required}, message: "Ask #cloud-security."}', launch())
    assert finding.message == (
        'Ask #cloud-security: http_tokens must be required: http_tokens is "optional" in http_tokens'
    )


def test_each_demand_that_is_not_met_is_a_finding_of_its_own() -> None:
    asked = "{id: a, require: {http_tokens: required, http_endpoint: disabled, http_put_response_hop_limit: {max: 1}}}"
    found = judged(asked, replace(launch(), reason=refused("it is not read")))
    assert [(f.verdict.value, f.message) for f in found] == [
        ("unknown", "http_endpoint must be disabled, which cannot be told: it is not read"),
        ("fail", 'http_tokens must be required: http_tokens is "optional" in http_tokens'),
    ]
    assert one("{id: a, require: {http_put_response_hop_limit: {max: 1}}}", launch()).verdict is Verdict.PASS


def test_what_is_met_passes_once() -> None:
    asked = "{id: a, require: {state: required, http_put_response_hop_limit: [1, 2], http_tokens: required}}"
    assert one(asked, with_hops(2)).verdict is Verdict.PASS


def test_what_cannot_be_computed_is_unknown_with_its_reason() -> None:
    finding = one("{id: a, require: {http_put_response_hop_limit: {min: 1, max: 2}}}", with_hops(None, Source.UNKNOWN))
    assert (finding.verdict, finding.severity) == (Verdict.UNKNOWN, Severity.WARNING)
    assert finding.message == (
        "http_put_response_hop_limit must be from 1 to 2, which cannot be told: var.hops has no value"
    )


def test_a_sensitive_value_is_compared_and_not_shown() -> None:
    finding = one("{id: a, require: {http_tokens: required}}", launch(sensitive=True))
    assert finding.verdict is Verdict.FAIL
    assert "optional" not in finding.message


@pytest.mark.parametrize(
    ("severity", "more", "fail", "unknown"),
    [
        ("", "", "error", "warning"),
        (", severity: note", "", "note", "note"),
        (", severity: warning, on_unknown: error", "", "warning", "error"),
        ("", "on_unknown: note\n", "error", "note"),
        ("", "rules: {a: warning}\n", "warning", "warning"),
        (", on_unknown: note", "rules: {a: {severity: warning}}\n", "warning", "note"),
    ],
)
def test_how_bad_it_is(severity: str, more: str, fail: str, unknown: str) -> None:
    asked = f"{{id: a, require: {{state: required}}{severity}}}"
    found = judged(asked, launch(), launch("aws_instance.b", State.UNKNOWN, reason=refused("x")), more=more)
    assert {f.verdict.value: f.severity.value for f in found} == {"fail": fail, "unknown": unknown}


def test_a_policy_can_switch_off_what_it_inherits() -> None:
    assert judged("{id: a, require: {state: required}}", launch(), more="rules: {a: off}\n") == []


def test_the_page_says_of_whom_what_is_asked() -> None:
    asked = (
        "{id: a, where: {type: [aws_instance, 'aws_spot*'], tags.Env: prod}, unless: {kind: fleet}, message: Why., "
        "require: {http_put_response_hop_limit: {min: 2}, source: [launch, launch_template]}}"
    )
    assert policy(asked).rules[0].page == (
        "Why.\n\n## What it checks\n\n"
        "Of launches with type aws_instance or aws_spot* and tags.Env prod, but not of those with kind fleet:\n\n"
        "- http_put_response_hop_limit must be at least 2\n- http_tokens must be set by launch or launch template\n\n"
        "Declared in team.yaml:3:10."
    )


# What is asked


@pytest.mark.parametrize(
    ("require", "expected"),
    [
        ("http_tokens: required", "fail"),
        ("http_tokens: [required, optional]", "pass"),
        ("state: [required, disabled]", "fail"),
        ("state: optional", "pass"),
        ("source: launch", "pass"),
        ("source: [launch_template, region_default]", "fail"),
        ("http_put_response_hop_limit: 1", "pass"),
        ("http_put_response_hop_limit: 2", "fail"),
        ("http_put_response_hop_limit: [2, 3]", "fail"),
        ("http_put_response_hop_limit: {min: 2}", "fail"),
        ("http_put_response_hop_limit: {max: 1}", "pass"),
        ("alarm: MetadataNoTokenRejected", "unknown"),
    ],
)
def test_demands_on_a_launch_that_leaves_tokens_optional(require: str, expected: str) -> None:
    assert verdicts(f"{{id: a, require: {{{require}}}}}", launch()) == [expected]


@pytest.mark.parametrize(
    ("rejected", "tokenless", "expected"),
    [
        (Coverage(covered=True), Coverage(covered=True), ["pass"]),
        (Coverage(covered=False), Coverage(covered=None, reason=refused("x")), ["fail", "unknown"]),
        (Coverage(covered=True), Coverage(covered=None, reason=refused("its Region is not known")), ["unknown"]),
    ],
)
def test_alarms(rejected: Coverage, tokenless: Coverage, expected: list[str]) -> None:
    asked = replace(launch(), once_required=rejected, observed=tokenless)
    both = "{id: a, require: {alarm: [MetadataNoTokenRejected, MetadataNoToken]}}"
    assert sorted(verdicts(both, asked)) == expected


def test_no_alarm_is_asked_for_where_there_are_no_calls() -> None:
    asked = "{id: a, where: {type: '*'}, require: {alarm: MetadataNoToken, http_endpoint: disabled}}"
    template = replace(launch("aws_launch_template.a"), kind=Kind.TEMPLATE)
    off = replace(launch(state=State.DISABLED), observed=Coverage(covered=False))
    assert [f.message.partition(",")[0] for f in judged(asked, template, off)] == ["http_endpoint must be disabled"] * 2
    assert verdicts("{id: a, where: {type: '*'}, require: {alarm: MetadataNoToken}}", template, off) == []


# Who is asked


@pytest.mark.parametrize(
    ("where", "meant"),
    [
        ("{}", True),
        ("{type: aws_instance}", True),
        ("{type: [aws_launch_template, 'aws_inst*']}", True),
        ("{type: aws_launch_template}", False),
        ("{kind: instance}", True),
        ("{kind: [fleet, managed service]}", False),
        ("{address: 'module.*'}", True),
        ("{address: 'module.web.aws_instance.a'}", True),
        ("{address: 'module.web[\"x\"].aws_instance.a[0]'}", True),
        ("{address: 'module.web[\"y\"].*'}", False),
        ("{address: 'aws_instance.*'}", False),
        ("{module: module.web}", True),
        ("{module: 'module.w*'}", True),
        ("{module: module.we}", False),
        ("{path: 'stacks/**'}", True),
        ("{path: stacks/prod/main.tf}", True),
        ("{path: 'modules/**'}", False),
        ("{root: 'stacks/*'}", True),
        ("{root: stacks}", False),
        ("{region: 'eu-*'}", True),
        ("{region: us-east-1}", False),
        ("{provider: aws}", True),
        ("{provider: 'aws.*'}", False),
        ("{type: aws_instance, region: us-east-1}", False),
    ],
)
def test_where(where: str, meant: bool) -> None:
    made = resource('module.web["x"].aws_instance.a', Place("stacks/prod/main.tf", 1, 1), "stacks/prod")
    address = 'module.web["x"].aws_instance.a[0]'
    asked = replace(launch(), resource=replace(made, address=address, module='module.web["x"]'))
    requirement = f"{{id: a, where: {where}, require: {{state: required}}}}"
    if where == "{}":
        requirement = "{id: a, require: {state: required}}"
    assert bool(judged(requirement, asked)) is meant


def test_a_region_that_is_not_known_leaves_it_in_doubt() -> None:
    scope = Scope(ENVIRONMENT, Unknown(Reason(ReasonKind.NO_VALUE, "var.region")), "aws")
    asked = "{id: a, where: {region: eu-west-1}, require: {state: required}}"
    finding = one(asked, replace(launch(), scope=scope))
    assert finding.verdict is Verdict.UNKNOWN
    assert finding.message.endswith(
        "but whether this is asked of it cannot be told, "
        "as its Region cannot be computed: var.region is a variable without a value"
    )
    # What meets the demands meets them wherever it is, and what is surely not meant is not asked.
    assert verdicts(asked, replace(launch(state=State.REQUIRED), scope=scope)) == ["pass"]
    assert verdicts(asked.replace("where: {", "where: {type: x, "), replace(launch(), scope=scope)) == []


def test_templates_are_asked_only_if_they_are_named() -> None:
    template = replace(launch("aws_launch_template.a"), kind=Kind.TEMPLATE)
    assert verdicts("{id: a, require: {state: required}}", template) == []
    assert verdicts("{id: a, where: {address: '*'}, require: {state: required}}", template) == []
    assert verdicts("{id: a, where: {kind: launch template}, require: {state: required}}", template) == ["fail"]
    assert verdicts("{id: a, where: {type: aws_launch_template}, require: {state: required}}", template) == ["fail"]


@pytest.mark.parametrize(
    ("layers", "glob", "expected"),
    [
        (({"Env": Known("prod")},), "prod", ["fail"]),
        (({"Env": Known("prod-1")},), "[test, 'prod-*']", ["fail"]),
        (({"Env": Known("dev")},), "prod", []),
        (({}, {"Env": Known("prod")}), "prod", ["fail"]),
        (({"Env": Known("dev")}, {"Env": Known("prod")}), "prod", []),
        (({"Env": Known(value=7)},), "7", ["fail"]),
        (({"Env": Known(value=True)},), "'true'", ["fail"]),
        (({"env": Known("prod")},), "prod", []),
        (({"Env": Unknown(refused("var.env has no value"))},), "prod", ["unknown"]),
        (({"Env": Unknown(refused("x"), sketch="prod-\N{OBJECT REPLACEMENT CHARACTER}")},), "prod-1", ["unknown"]),
        (({"Env": Unknown(refused("x"), sketch="dev-\N{OBJECT REPLACEMENT CHARACTER}")},), "prod-1", []),
        (({},), "'*'", []),
    ],
)
def test_tags(layers: tuple[dict[str, Value], ...], glob: str, expected: list[str]) -> None:
    assert (
        verdicts(f"{{id: a, where: {{tags.Env: {glob}}}, require: {{state: required}}}}", tagged(*layers)) == expected
    )


def test_unless_takes_launches_out_again() -> None:
    asked = "{id: a, where: {type: aws_instance}, unless: {tags.Env: dev}, require: {state: required}}"
    assert verdicts(asked, tagged({"Env": Known("dev")})) == []
    assert verdicts(asked, tagged({"Env": Known("prod")})) == ["fail"]
    assert verdicts(asked, tagged({"Env": Unknown(refused("x"))})) == ["unknown"]


# On code


MAIN = """
variable "team" { type = string }
provider "aws" {
  region = "eu-west-1"
  default_tags { tags = { Environment = "prod" } }
}
resource "aws_instance" "inherits" {}
resource "aws_instance" "overrides" { tags = { Environment = "dev" } }
resource "aws_instance" "unknown" { tags = { Environment = var.team } }
resource "aws_launch_template" "t" {
  tag_specifications {
    resource_type = "instance"
    tags          = { Team = "web" }
  }
}
resource "aws_autoscaling_group" "g" {
  launch_template { id = aws_launch_template.t.id }
  tag {
    key                 = "Owner"
    value               = "me"
    propagate_at_launch = false
  }
}
"""


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("tags.Environment: prod",
         {"aws_instance.inherits": "fail", "aws_instance.unknown": "unknown", "aws_autoscaling_group.g": "fail"}),
        ("tags.Environment: dev", {"aws_instance.overrides": "fail", "aws_instance.unknown": "unknown"}),
        ("tags.Owner: me", {"aws_autoscaling_group.g": "fail"}),
        ("tags.Team: web", {"aws_autoscaling_group.g": "fail"}),
        ("tags.Team: web, type: aws_launch_template", {"aws_launch_template.t": "fail"}),
    ],
)  # fmt: skip
def test_tags_are_those_of_the_launch_its_provider_and_its_instances(where: str, expected: dict[str, str]) -> None:
    Path("main.tf").write_text(MAIN)
    reading = read(["."], Inputs(), supported_types())
    estate = build([(root.stack, root.resources) for root in reading.roots])
    asked = policy(f"{{id: a, where: {{{where}}}, require: {{state: required}}}}")
    assert {f.address: f.verdict.value for f in judge(estate, (), asked).findings} == expected
