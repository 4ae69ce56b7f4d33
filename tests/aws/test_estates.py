"""Stacks that share an account, and what a policy says of the rest: who covers whose launches."""

from __future__ import annotations

from dataclasses import replace

import pytest

from imdsguard.aws.estate import build
from imdsguard.model.account import ENVIRONMENT as BY_ENVIRONMENT
from imdsguard.model.account import Account, AccountKind, Untold, account_id
from imdsguard.model.assumption import AssumedDefault
from imdsguard.model.environment import Stack
from imdsguard.model.estate import Estate
from imdsguard.model.place import Place
from imdsguard.model.reason import refused
from imdsguard.model.resource import Provider, Resource
from imdsguard.model.shared_account import SharedAccount
from imdsguard.model.value import Absent, Known, Step, Unknown
from imdsguard.report.reasons import because, sentence
from tests.aws.memory import PLACE, ref, resource, unknown

HIDDEN = Account(AccountKind.ROLE, (("assume_role", (("role_arn", Untold(origin=Step("var.role"))),)),), known=False)
ENVIRONMENT = Provider("aws", BY_ENVIRONMENT, Known("eu-west-1"))
USE1 = Provider("aws.use1", BY_ENVIRONMENT, Known("us-east-1"))
ROLE = Provider("aws", account_id("111122223333"), Known("eu-west-1"))
OTHER_ROLE = Provider("aws", account_id("999999999999"), Known("eu-west-1"))
HIDDEN_ROLE = Provider("aws", HIDDEN, Known("eu-west-1"))
NO_ALIAS = Provider("aws.peer", Account(AccountKind.NOT_CONFIGURED, ("aws.peer",), known=False), Known("eu-west-1"))
NO_REGION = Provider("aws", BY_ENVIRONMENT, Absent())
INSIGHTS = 'SELECT SUM(MetadataNoTokenRejected) FROM SCHEMA("AWS/EC2", InstanceId)'
HERE = Place("team.yaml", 4, 19)


def default(provider: Provider = ENVIRONMENT, tokens: str | None = "required", **more: object) -> Resource:
    return resource("aws_ec2_instance_metadata_defaults.all", provider=provider, http_tokens=tokens, **more)


PROD = SharedAccount("prod")


def web(provider: Provider = ENVIRONMENT, **more: object) -> Resource:
    return resource("aws_instance.web", provider=provider, **more)


def required(provider: Provider = ENVIRONMENT) -> Resource:
    return web(provider, metadata_options=[{"http_endpoint": "enabled", "http_tokens": "required"}])


def insights(provider: Provider = ENVIRONMENT) -> Resource:
    query = {"id": "q", "expression": INSIGHTS, "period": 300, "return_data": True}
    return resource("aws_cloudwatch_metric_alarm.all", provider=provider, metric_query=[query])


def stacks(baseline: list[Resource], stack: list[Resource], *, joined: bool = True, **more: object) -> Estate:
    """The estate of two root modules, `baseline` and `web`, in one estate `prod`."""
    roots = [("baseline", baseline), ("web", stack)]
    placed = [(Stack(name), [replace(each, root=name) for each in resources]) for name, resources in roots]
    return build(placed, {Stack(name): PROD for name, _ in roots} if joined else {}, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("there", "here", "expected"),
    [
        (ENVIRONMENT, ENVIRONMENT, "required"),
        (ENVIRONMENT, USE1, "optional"),
        (ROLE, ROLE, "required"),
        (ROLE, OTHER_ROLE, "optional"),
        (ROLE, ENVIRONMENT, "optional"),
        (HIDDEN_ROLE, HIDDEN_ROLE, "optional"),
        (NO_ALIAS, NO_ALIAS, "optional"),
        (NO_REGION, NO_REGION, "unknown"),
        (NO_REGION, ENVIRONMENT, "unknown"),
    ],
    ids=lambda given: given if isinstance(given, str) else f"{given.name} {given.account}",
)
def test_a_default_in_one_stack_covers_launches_in_the_other(there: Provider, here: Provider, expected: str) -> None:
    assert stacks([default(there)], [web(here)]).launches[0].state.value == expected


def test_the_trace_names_the_stack() -> None:
    (found,) = stacks([default()], [web()]).launches
    assert [str(step) for step in found.tokens.trace] == [
        "baseline: aws_ec2_instance_metadata_defaults.all (main.tf:1)"
    ]
    assert because(found.tokens) == (
        'http_tokens is "required" by the Region default baseline: aws_ec2_instance_metadata_defaults.all'
    )


def test_without_an_estate_stacks_know_nothing_of_each_other() -> None:
    (found,) = stacks([default(), insights()], [required()], joined=False).launches
    assert (found.once_required.covered, found.once_required.by) == (False, ())
    (found,) = stacks([default()], [web()], joined=False).launches
    assert (found.state.value, found.tokens.source.value) == ("optional", "service_default")


def test_two_defaults_of_one_region_in_two_stacks_are_in_doubt() -> None:
    (found,) = stacks([default()], [default(tokens="optional"), web()]).launches
    assert sentence(found.reason) == (
        "baseline: aws_ec2_instance_metadata_defaults.all and aws_ec2_instance_metadata_defaults.all "
        "set the defaults of one account and Region differently"
    )


def test_references_resolve_within_one_stack_only() -> None:
    template = resource("aws_launch_template.a", provider=ENVIRONMENT, metadata_options=[{"http_tokens": "required"}])
    user = web(launch_template=[{"id": ref("aws_launch_template.a.id"), "version": "$Latest"}])
    found = stacks([template], [user]).launches[1]
    assert (found.state.value, sentence(found.reason)) == (
        "unknown",
        "launch template aws_launch_template.a.id is not in the code",
    )


def test_an_alarm_over_all_instances_watches_the_other_stack() -> None:
    found = stacks([insights()], [required()])
    assert found.launches[0].once_required.by == ("baseline: aws_cloudwatch_metric_alarm.all",)
    assert found.alarms[0].covers == ("web: aws_instance.web",)


def test_an_alarm_on_an_instance_watches_that_of_its_own_stack() -> None:
    one = resource(
        "aws_cloudwatch_metric_alarm.one",
        provider=ENVIRONMENT,
        namespace="AWS/EC2",
        metric_name="MetadataNoTokenRejected",
        dimensions={"InstanceId": ref("aws_instance.web.id")},
    )
    here, there = stacks([one, required()], [required()]).launches
    assert (here.once_required.covered, here.once_required.by) == (True, ("aws_cloudwatch_metric_alarm.one",))
    assert there.once_required.covered is False


def test_together_are_those_of_one_estate() -> None:
    found = build([], {Stack("a"): PROD, Stack("b"): PROD, Stack("c"): SharedAccount("test")})
    asked = [("a", "a"), ("a", "b"), ("a", "c"), ("a", "x"), ("x", "y"), ("x", "x")]
    assert [found.together(Stack(one), Stack(other)) for one, other in asked] == [True, True, False, False, False, True]


def assumed(tokens: str, region: str | None = None) -> AssumedDefault:
    return AssumedDefault(tokens, HERE, region)


def of_web(*assumptions: AssumedDefault, stack: tuple[Resource, ...] = (), provider: Provider = ENVIRONMENT) -> str:
    (found,) = build([(Stack("."), [*stack, web(provider)])], assumed=assumptions).launches
    return f"{found.state.value} by {found.tokens.source.value}"


@pytest.mark.parametrize(
    ("assumptions", "expected"),
    [
        ((assumed("required"),), "required by region_default"),
        ((assumed("optional"),), "optional by region_default"),
        ((assumed("no-preference"),), "optional by service_default"),
        ((assumed("required", "eu-west-1"),), "required by region_default"),
        ((assumed("required", "us-east-1"),), "optional by service_default"),
        ((assumed("required"), assumed("optional", "eu-west-1")), "optional by region_default"),
    ],
)
def test_what_is_assumed_is_the_region_default(assumptions: tuple[AssumedDefault, ...], expected: str) -> None:
    assert of_web(*assumptions) == expected


def test_an_assumption_is_traced_to_the_policy() -> None:
    (found,) = build([(Stack("."), [web()])], assumed=[assumed("required")]).launches
    assert [str(step) for step in found.tokens.trace] == ["assumed by the policy (team.yaml:4)"]


def test_the_code_counts_before_what_is_assumed() -> None:
    assert of_web(assumed("required"), stack=(default(tokens="optional"),)) == "optional by region_default"
    assert of_web(assumed("required"), stack=(default(tokens=None),)) == "optional by service_default"


@pytest.mark.parametrize(
    ("tokens", "expected"),
    [("required", "required by region_default"), ("optional", "unknown by unknown"), (None, "unknown by unknown")],
)
def test_a_default_that_may_not_exist_counts_where_it_agrees_with_the_assumption(tokens: str, expected: str) -> None:
    maybe = replace(default(tokens=tokens), instances=unknown("var.on has no value"))
    assert of_web(assumed("required"), stack=(maybe,)) == expected


@pytest.mark.parametrize(
    ("assumptions", "expected"),
    [
        ((assumed("required"),), "required by region_default"),
        ((assumed("required", "us-east-1"),), "unknown by unknown"),
        ((assumed("required"), assumed("required", "us-east-1")), "required by region_default"),
        ((assumed("required"), assumed("optional", "us-east-1")), "unknown by unknown"),
        ((assumed("no-preference", "us-east-1"),), "optional by service_default"),
    ],
)
def test_in_a_region_that_is_not_known(assumptions: tuple[AssumedDefault, ...], expected: str) -> None:
    nowhere = Provider("aws", BY_ENVIRONMENT, Unknown(refused("var.region has no value"), place=PLACE))
    assert of_web(*assumptions, provider=nowhere) == expected
