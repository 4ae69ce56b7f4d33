"""What has changed outside of Terraform: the value that the plan leaves in place counts, and says where it is from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from imdsguard.aws.estate import build
from imdsguard.model.environment import Stack
from imdsguard.model.launch import State
from imdsguard.model.option import Source
from imdsguard.model.resource import Resource

from .conftest import block, creation

Plan = Callable[..., tuple[dict[str, Resource], tuple[Any, ...]]]
LAUNCH = "aws_instance.web (plan.json)"
OUTSIDE = "changed outside of Terraform (plan.json)"


def instance(tokens: str | None, hops: int = 1) -> dict[str, Any]:
    options = {"http_endpoint": "enabled", "http_tokens": tokens, "http_put_response_hop_limit": hops}
    return {"id": "i-1", "region": "us-east-1", "metadata_options": [options]}


def change(actions: list[str], before: Any, after: Any) -> dict[str, Any]:
    return {
        **creation("aws_instance.web", {}),
        "change": {"actions": actions, "before": before, "after": after, "after_unknown": {}},
    }


def configuration(**expressions: Any) -> dict[str, Any]:
    return {"root_module": {"resources": [block("aws_instance.web", **expressions)]}}


def test_what_the_code_does_not_set_stays_as_somebody_has_left_it(plan: Plan) -> None:
    resources, problems = plan(
        change(["no-op"], instance("optional"), instance("optional")),
        resource_drift=[change(["update"], instance("required"), instance("optional"))],
        configuration=configuration(),
    )
    assert problems == ()
    (launch,) = build([(Stack("plan.json"), tuple(resources.values()))]).launches
    assert (launch.state, launch.tokens.source) == (State.OPTIONAL, Source.LAUNCH)
    assert [str(step) for step in launch.tokens.trace] == [LAUNCH, OUTSIDE]
    assert [str(step) for step in launch.options["http_endpoint"].trace] == [LAUNCH], "only what has changed"


def test_what_the_code_sets_is_set_back(plan: Plan) -> None:
    resources, _ = plan(
        change(["update"], instance("optional"), instance("required")),
        resource_drift=[change(["update"], instance("required"), instance("optional"))],
        configuration=configuration(metadata_options=[{"http_tokens": {"references": ["var.tokens"]}}]),
    )
    (launch,) = build([(Stack("plan.json"), tuple(resources.values()))]).launches
    assert launch.state is State.REQUIRED
    assert OUTSIDE not in [str(step) for step in launch.tokens.trace]


def test_what_has_drifted_away_altogether_is_not_there(plan: Plan) -> None:
    resources, problems = plan(resource_drift=[change(["delete"], instance("required"), None)])
    assert (resources, problems) == ({}, ())


def test_drift_that_cannot_be_read_hides_nothing(plan: Plan) -> None:
    resources, problems = plan(
        change(["no-op"], instance("optional"), instance("optional")),
        resource_drift=[{**change([], {}, {}), "change": 3}],
    )
    assert problems == ()
    (launch,) = build([(Stack("plan.json"), tuple(resources.values()))]).launches
    assert launch.state is State.OPTIONAL


def test_a_region_of_its_own_that_is_not_known_yet_is_not_the_providers(plan: Plan) -> None:
    """As for a Region that comes from a data source which is read during apply."""
    web = creation("aws_instance.web", {"ami": "ami-1"}, {"region": True})
    where = creation("aws_sns_topic.where", {}, {"name": True})
    provider = {"aws": {"name": "aws", "expressions": {"region": {"constant_value": "us-east-1"}}}}
    blocks = [block("aws_instance.web", region=["aws_sns_topic.where.name"]), block("aws_sns_topic.where")]
    both, _ = plan(web, where, configuration={"provider_config": provider, "root_module": {"resources": blocks}})
    region = both["aws_instance.web"].region
    assert getattr(region, "value", None) is None
    assert [str(reference) for reference in getattr(region, "references", ())] == ["aws_sns_topic.where.name"]
