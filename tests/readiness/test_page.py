"""docs/readiness.md and docs/json.md say what the code does."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

from imdsguard.model.readiness import (
    Doubt,
    InstanceAnswer,
    LaunchAnswer,
    LeftOut,
    NotAsked,
    Readiness,
    ReadinessAnswers,
    Window,
)
from imdsguard.report.readiness_json import readiness_json
from imdsguard.report.readiness_words import NOT_ASKED, SENTENCES, why

HOUSE = Path(__file__).resolve().parent.parent.parent
SOURCE = HOUSE / "src" / "imdsguard" / "readiness"
FREE = {"sts:GetCallerIdentity", "sts:AssumeRole"}
"""The first needs no permission (STS API, GetCallerIdentity), the second is on the role that a person names."""
SERVICES = {"ec2": "ec2", "autoscaling": "autoscaling", "cloudwatch": "cloudwatch", "sts": "sts"}
OPERATIONS = {"describe_instances": "ec2:DescribeInstances", "get_metric_data": "cloudwatch:GetMetricData"}


def called() -> set[str]:
    """The operations of AWS in the code: methods in snake case of the SDK's own models, by their service."""
    import botocore.session
    from botocore import xform_name

    session = botocore.session.get_session()
    actions = {
        xform_name(name): f"{service}:{name}"
        for service in SERVICES
        for name in session.get_service_model(service).operation_names
    }
    words = {
        node.attr if isinstance(node, ast.Attribute) else str(node.value)
        for path in SOURCE.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.Attribute, ast.Constant))
    }
    return {actions[word] for word in words if word in actions}


def test_the_policy_allows_what_the_code_asks_and_no_more() -> None:
    page = (HOUSE / "docs" / "readiness.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"^```json\n(.*?)^```", page, flags=re.MULTILINE | re.DOTALL)
    (statement,) = json.loads(text)["Statement"]
    assert set(statement["Action"]) == called() - FREE
    assert called() >= FREE


def test_every_reason_has_words_and_a_row() -> None:
    page = (HOUSE / "docs" / "json.md").read_text(encoding="utf-8")
    part = page[page.index("## readiness") : page.index("## What an unknown")]
    assert set(SENTENCES) == set(Doubt)
    assert set(NOT_ASKED) == set(LeftOut)
    for doubt in (*Doubt, *LeftOut, *Readiness):
        assert f"`{doubt.value}`" in part


def test_what_a_sentence_names_stands_in_it() -> None:
    assert why(Doubt.TOO_YOUNG, "86400") == "it has not lived through that time: launched 1970-01-02T00:00:00Z"
    assert why(Doubt.OTHER_ACCOUNT, "1 2 aws") == "it is in account 1, and these credentials are of 2"
    assert why(Doubt.GAPS, "3 of 24") == "there are no data of 3 of 24 hours"
    assert why(Doubt.STOPPED, "") == "it is stopped"
    assert why(Doubt.THROTTLED, "") == "AWS answers no more questions for now"


def test_the_document_has_the_keys_that_the_page_lists() -> None:
    one = InstanceAnswer("i-1", Readiness.NOT_READY, {"MetadataNoToken": 3}, 3_600, 0)
    launch = LaunchAnswer("aws_instance.web", Readiness.NOT_READY, instances=(one,))
    left = NotAsked("aws_instance.x", ".", LeftOut.DELETED)
    document = json.loads(readiness_json(ReadinessAnswers(Window(0, 86_400), (launch,), (left,)), {}))
    page = (HOUSE / "docs" / "json.md").read_text(encoding="utf-8")
    part = page[page.index("## readiness") : page.index("## What an unknown")]
    listed = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| .*$", part, flags=re.MULTILINE))))
    given = {"schema", "launches", "not_asked", "problems", *document["window"], *document["launches"][0]}
    given |= {*document["launches"][0]["instances"][0], *document["not_asked"][0], *document["launches"][0]["found_by"]}
    assert given - listed == {"schema", "launches", "instances", "not_asked", "problems"}
    assert document["unseen"] == []
    assert document["launches"][0]["instances"][0]["last"] == "1970-01-01T01:00:00Z"
