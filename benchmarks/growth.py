"""Growth: four times as many launches, each with its alarm, take four times as long, however they are written."""

from __future__ import annotations

import json
import tempfile
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.measure import Figure, best
from imdsguard import scan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

FEW = 500
TIMES = 4

PROVIDER = 'provider "aws" {\n  region = "eu-west-1"\n}\n'

INSTANCE = """
resource "aws_instance" "{name}" {{
  {repeated}
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"

  metadata_options {{
    http_tokens = "required"
  }}
}}
"""

ALARM = """
resource "aws_cloudwatch_metric_alarm" "{name}" {{
  {repeated}
  alarm_name          = "refused-${{{number}}}"
  namespace           = "AWS/EC2"
  metric_name         = "MetadataNoTokenRejected"
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = ["arn:aws:sns:eu-west-1:111122223333:security"]
  dimensions          = {{ InstanceId = {id} }}
}}
"""


def figures() -> Iterator[Figure]:
    """Each shape, few and several times as many."""
    for what, write in SHAPES.items():
        times = []
        for count in (FEW, TIMES * FEW):
            with tempfile.TemporaryDirectory() as name:
                paths = [Path(name, file) for file in write(count)]
                for path, text in zip(paths, write(count).values(), strict=True):
                    path.parent.mkdir(exist_ok=True)
                    path.write_text(text, encoding="utf-8")
                plan = paths[0].suffix == ".json"
                times.append(best(partial(judge, str(paths[0]) if plan else name, count), runs=2))
        few, many = times
        yield Figure(f"{what}: {TIMES * FEW:,}", many, f"{TIMES} times the time of {FEW}", TIMES * few)


def judge(path: str, count: int) -> None:
    """A whole scan. Raises `RuntimeError` if it does not find each launch and its alarm."""
    report = scan([path])
    found = {"rejected-call-alarm-missing"} & report.summary.by_rule.keys()
    if report.problems or found or report.summary.launches != count:
        raise RuntimeError(f"{report.summary.launches} of {count} launches, {found}, {report.problems}")


def _by_count(count: int) -> dict[str, str]:
    repeated = f"count = {count}"
    alarm = ALARM.format(name="web", repeated=repeated, number="count.index", id="aws_instance.web[count.index].id")
    return {"main.tf": PROVIDER + INSTANCE.format(name="web", repeated=repeated) + alarm}


def _by_key(count: int) -> dict[str, str]:
    keys = ", ".join(f'"web-{number}"' for number in range(count))
    repeated = f"for_each = toset([{keys}])"
    alarm = ALARM.format(name="web", repeated="for_each = aws_instance.web", number="each.key", id="each.value.id")
    return {"main.tf": PROVIDER + INSTANCE.format(name="web", repeated=repeated) + alarm}


def _one_by_one(count: int) -> dict[str, str]:
    each = (
        INSTANCE.format(name=f"web{number}", repeated="")
        + ALARM.format(name=f"web{number}", repeated="", number=number, id=f"aws_instance.web{number}.id")
        for number in range(count)
    )
    return {"main.tf": PROVIDER + "".join(each)}


def _in_modules(count: int) -> dict[str, str]:
    alarm = ALARM.format(name="web", repeated="", number="var.number", id="aws_instance.web.id")
    module = 'variable "number" {}\n' + INSTANCE.format(name="web", repeated="") + alarm
    call = f'module "web" {{\n  source = "./web"\n  count  = {count}\n  number = count.index\n}}\n'
    return {"main.tf": PROVIDER + call, "web/main.tf": module}


def _in_root_modules(count: int) -> dict[str, str]:
    text = next(iter(_one_by_one(1).values()))
    return {f"stack-{number}/main.tf": text for number in range(count)}


def _planned(*, by_key: bool) -> Callable[[int], dict[str, str]]:
    """A plan, in which the alarms' dimensions are known after apply: their references tell which instance it is."""

    def write(count: int) -> dict[str, str]:
        alarm = {
            "namespace": "AWS/EC2", "metric_name": "MetadataNoTokenRejected", "statistic": "Sum", "period": 300,
            "evaluation_periods": 1, "threshold": 1, "comparison_operator": "GreaterThanOrEqualToThreshold",
            "treat_missing_data": "notBreaching", "alarm_actions": ["arn:aws:sns:eu-west-1:111122223333:security"],
        }  # fmt: skip
        instance = {"ami": "ami-0123456789abcdef0", "metadata_options": [{"http_tokens": "required"}]}
        made = (
            ("aws_instance", instance, {"id": True}),
            ("aws_cloudwatch_metric_alarm", alarm, {"id": True, "dimensions": True}),
        )
        keys: list[int | str] = [f"web-{number}" if by_key else number for number in range(count)]
        changes = [
            {
                "address": f"{type_}.web[{json.dumps(key)}]",
                "mode": "managed", "type": type_, "name": "web", "index": key,
                "change": {"actions": ["create"], "before": None, "after": after, "after_unknown": unknown},
            }
            for type_, after, unknown in made
            for key in keys
        ]  # fmt: skip
        names = ["each.value.id", "each.value"] if by_key else ["aws_instance.web", "count.index"]
        blocks = [
            {
                "address": "aws_instance.web",
                "mode": "managed", "type": "aws_instance", "name": "web", "expressions": {}, **_repeated({}, by_key),
            },
            {
                "address": "aws_cloudwatch_metric_alarm.web",
                "mode": "managed", "type": "aws_cloudwatch_metric_alarm", "name": "web",
                "expressions": {"dimensions": {"references": names}},
                **_repeated({"references": ["aws_instance.web"]} if by_key else {}, by_key),
            },
        ]  # fmt: skip
        region = {"aws": {"name": "aws", "expressions": {"region": {"constant_value": "eu-west-1"}}}}
        configuration = {"provider_config": region, "root_module": {"resources": blocks}}
        plan = {"format_version": "1.2", "resource_changes": changes, "configuration": configuration}
        return {"plan.json": json.dumps(plan)}

    return write


def _repeated(expression: dict[str, Any], by_key: bool) -> dict[str, Any]:
    return {"for_each_expression" if by_key else "count_expression": expression}


SHAPES: dict[str, Callable[[int], dict[str, str]]] = {
    "count": _by_count,
    "for_each": _by_key,
    "one by one": _one_by_one,
    "in modules": _in_modules,
    "in root modules": _in_root_modules,
    "planned by count": _planned(by_key=False),
    "planned by for_each": _planned(by_key=True),
}
"""How launches with alarms are written, by the name of the shape: the files for so many of them."""
