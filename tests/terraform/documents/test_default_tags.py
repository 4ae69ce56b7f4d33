"""The `default_tags` of a provider, as a plan shows them."""

from __future__ import annotations

from typing import Any

from imdsguard.model.value import Absent, Known, Unknown, Value
from tests.terraform.documents.conftest import creation


def tags_of(plan: Any, **expressions: Any) -> Value:
    written = {
        "address": "aws_instance.web",
        "mode": "managed",
        "type": "aws_instance",
        "name": "web",
        "provider_config_key": "aws",
        "expressions": {},
        "schema_version": 2,
    }
    configuration = {
        "provider_config": {"aws": {"name": "aws", "expressions": expressions}},
        "root_module": {"resources": [written]},
    }
    found, problems = plan(
        creation("aws_instance.web", {"tags": None}),
        configuration=configuration,
        variables={"team": {"value": "web"}, "all": {"value": {"Team": "web"}}},
    )
    assert problems == ()
    return found["aws_instance.web"].provider.default_tags


def test_constants_are_known(plan: Any) -> None:
    tags = tags_of(plan, default_tags=[{"tags": {"constant_value": {"Team": "web"}}}])
    assert isinstance(tags, Known)
    assert isinstance(tags.value, dict)
    assert tags.value["Team"].value == "web"


def test_a_plan_does_not_show_how_they_are_made_of_variables(plan: Any) -> None:
    for name in ("var.team", "var.all"):  # { Team = var.team } and merge(var.all, ...) look like this, too
        assert isinstance(tags_of(plan, default_tags=[{"tags": {"references": [name]}}]), Unknown)


def test_a_provider_may_have_none(plan: Any) -> None:
    assert isinstance(tags_of(plan), Absent)
