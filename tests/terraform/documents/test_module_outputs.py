"""Outputs of modules, as a plan's references show them: which instance of a module and of a resource they are of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from imdsguard.model.value import Unknown
from tests.terraform.documents.conftest import Reading, block, creation

OUTPUTS = {
    "ids": {"expression": {"references": ["aws_instance.i"]}},
    "first": {"expression": {"references": ["aws_instance.i[0].id", "aws_instance.i[0]", "aws_instance.i"]}},
}
BOTH = ["module.web.aws_instance.i[0]", "module.web.aws_instance.i[1]"]


@pytest.mark.parametrize(
    ("key", "references", "seen"),
    [
        ("count.index", ["module.web.ids", "module.web", "count.index"], BOTH),  # module.web.ids[count.index]
        ("each.key", ["module.web.ids", "module.web", "each.key"], BOTH),
        (None, ["module.web.ids", "module.web"], BOTH),
        ("count.index", ["module.web.first", "module.web", "count.index"], ["module.web.aws_instance.i[0].id"]),
    ],
)
def test_the_key_of_an_alarm_is_none_of_a_module_that_is_called_once(
    key: str | None, references: list[str], seen: list[str], plan: Callable[..., Reading]
) -> None:
    keys: list[Any] = {"count.index": [0, 1], "each.key": ["a", "b"]}.get(key or "", [None])
    alarms = [
        creation(
            "aws_cloudwatch_metric_alarm.a" + ("" if each is None else f"[{each!r}]".replace("'", '"')),
            {},
            {"dimensions": True},
            **({} if each is None else {"index": each}),
        )
        for each in keys
    ]
    instances = [
        {
            **creation(f"aws_instance.i[{number}]", {}, {"id": True}, index=number),
            "address": f"module.web.aws_instance.i[{number}]",
            "module_address": "module.web",
        }
        for number in range(2)
    ]
    root = {
        "resources": [block("aws_cloudwatch_metric_alarm.a", dimensions=references)],
        "module_calls": {"web": {"module": {"resources": [block("aws_instance.i")], "outputs": OUTPUTS}}},
    }
    found, problems = plan(*alarms, *instances, configuration={"root_module": root})
    assert problems == ()
    for alarm in alarms:
        value = found[alarm["address"]].body.attribute("dimensions")
        assert isinstance(value, Unknown)
        assert [str(each) for each in value.references] == seen
