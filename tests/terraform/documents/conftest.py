"""Reads the fixtures, and makes small documents by hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from imdsguard.model.problem import Problem
from imdsguard.model.resource import Resource
from imdsguard.terraform.documents import read_document

FIXTURES = Path(__file__).parent / "fixtures"
WANTED = frozenset(
    {
        "aws_ami",
        "aws_autoscaling_group",
        "aws_cloudwatch_metric_alarm",
        "aws_ec2_instance_metadata_defaults",
        "aws_instance",
        "aws_launch_template",
        "data.aws_ami",
    }
)

Reading = tuple[dict[str, Resource], tuple[Problem, ...]]


@pytest.fixture
def fixture() -> Callable[[str], dict[str, Resource]]:
    """Read `fixtures/NAME`, which must be without problems, as resources by address."""

    def read(name: str) -> dict[str, Resource]:
        root, problems = read_document(name, (FIXTURES / name).read_bytes(), WANTED)
        assert problems == ()
        assert root.name == name
        return {resource.address: resource for resource in root.resources}

    return read


@pytest.fixture
def plan() -> Callable[..., Reading]:
    """Read a plan of resource changes and other parts, each as the JSON it is."""

    def read(*changes: dict[str, Any], **parts: Any) -> Reading:
        document = {"format_version": "1.2", "terraform_version": "1.11.4", "resource_changes": changes, **parts}
        root, problems = read_document("plan.json", json.dumps(document).encode(), WANTED)
        return {resource.address: resource for resource in root.resources}, problems

    return read


def creation(address: str, after: Any, after_unknown: Any = None, **parts: Any) -> dict[str, Any]:
    """The change of a resource in the root module that is created."""
    type, name = address.split("[")[0].split(".")  # noqa: A001
    change = {"actions": ["create"], "before": None, "after": after, "after_unknown": after_unknown or {}}
    return {"address": address, "mode": "managed", "type": type, "name": name, "change": change, **parts}


def block(address: str, **expressions: Any) -> dict[str, Any]:
    """A resource block of the configuration; expressions are references as a list, or a constant."""
    return {
        "address": address,
        "provider_config_key": "aws",
        "expressions": {
            name: {"references": value} if isinstance(value, list) else value for name, value in expressions.items()
        },
    }
