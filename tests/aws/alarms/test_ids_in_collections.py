"""An alarm for each id of a list or a set: whose id it is may not be known, but that it is one of them is."""

from __future__ import annotations

import pytest

from imdsguard.aws.estate import build
from imdsguard.aws.types.registry import supported_types
from imdsguard.terraform.inputs import Inputs
from imdsguard.terraform.read import read

INSTANCE = """
resource "aws_instance" "{}" {{
  {}
  metadata_options {{
    http_tokens = "required"
  }}
}}
"""
INSTANCES = "".join(INSTANCE.format(name, "") for name in ("old", "new", "other")) + INSTANCE.format(
    "many", "count = 20"
)
CODE = """
locals {{
  ids = [aws_instance.old.id, aws_instance.new.id]
  map = {{ a = aws_instance.old.id, b = aws_instance.new.id }}
}}

resource "aws_cloudwatch_metric_alarm" "a" {{
  {repeated}
  namespace   = "AWS/EC2"
  metric_name = "MetadataNoTokenRejected"
  dimensions  = {{ InstanceId = {id} }}
}}
"""
UNTOLD, YES, NO = None, True, False


def coverage(folder, repeated, instance):
    return coverage_by(folder, CODE.format(repeated=repeated, id=instance))


def coverage_by(folder, code):
    (folder / "main.tf").write_text(INSTANCES + code)
    reading = read([str(folder)], Inputs(), supported_types())
    assert reading.problems == ()
    estate = build([(root.stack, root.resources) for root in reading.roots])
    return {launch.address.removeprefix("aws_instance."): launch.coverage.covered for launch in estate.launches}


@pytest.mark.parametrize(
    "ids",
    [
        "toset(local.ids)",
        "toset([aws_instance.new.id, aws_instance.old.id])",
        "toset(distinct(local.ids))",
        "toset(sort(local.ids))",
        "toset(compact(local.ids))",
        "toset(concat(local.ids, []))",
        "toset(flatten([local.ids, [[]]]))",
        "toset(values(local.map))",
        "toset(keys({ (aws_instance.old.id) = 1, (aws_instance.new.id) = 2 }))",
        "setunion([aws_instance.old.id], [aws_instance.new.id])",
        "toset([for id in local.ids : trimspace(id)])",
        "{ for id in local.ids : id => id }",
    ],
)
def test_an_alarm_for_each_id(ids, tmp_path):
    found = coverage(tmp_path, f"for_each = {ids}", "each.value")
    assert (found["old"], found["new"], found["other"], found["many[0]"]) == (UNTOLD, UNTOLD, NO, NO)


@pytest.mark.parametrize(
    ("ids", "old", "new"),
    [
        ("concat(local.ids, [])[count.index]", YES, YES),
        ("values(local.map)[count.index]", YES, YES),
        ("distinct(local.ids)[count.index]", UNTOLD, UNTOLD),
        ("tolist(toset(local.ids))[count.index]", UNTOLD, UNTOLD),
        ("one(toset([aws_instance.new.id]))", NO, YES),
    ],
)
def test_an_alarm_for_each_position(ids, old, new, tmp_path):
    found = coverage(tmp_path, "count = 2", ids)
    assert (found["old"], found["new"], found["other"]) == (old, new, NO)


def test_of_many_ids_none_is_lost(tmp_path):
    found = coverage(tmp_path, "count = 20", "sort(aws_instance.many[*].id)[count.index]")
    assert {found[f"many[{number}]"] for number in range(20)} == {UNTOLD}
    assert found["other"] is NO


QUERY = """
resource "aws_cloudwatch_metric_alarm" "a" {{
  metric_query {{
    id          = "q"
    expression  = "SELECT SUM(MetadataNoTokenRejected) FROM SCHEMA(\\"AWS/EC2\\", InstanceId) WHERE {}"
    period      = 300
    return_data = true
  }}
}}
"""


@pytest.mark.parametrize(
    ("where", "old", "new"),
    [
        ("InstanceId = '${aws_instance.old.id}'", YES, NO),
        ("InstanceId = '${aws_instance.old.id}' OR InstanceId = '${aws_instance.new.id}'", YES, YES),
        ("InstanceId = '${aws_instance.old.id}' OR InstanceId = '${aws_instance.old.id}'", YES, NO),
        ("InstanceId != '${aws_instance.old.id}'", NO, YES),
        ("InstanceId = '${aws_instance.old.id}' GROUP BY InstanceId LIMIT 5", UNTOLD, NO),
        ("InstanceId = '${aws_instance.old.arn}'", UNTOLD, UNTOLD),
        ("InstanceId = 'x${aws_instance.old.id}'", UNTOLD, UNTOLD),
        ("InstanceId = '${upper(aws_instance.old.id)}'", UNTOLD, UNTOLD),
        ("tag.Id = '${aws_instance.old.id}'", UNTOLD, UNTOLD),
        ("InstanceId = '${aws_instance.old.id}' AND tag.Id = '${aws_instance.new.id}'", UNTOLD, UNTOLD),
    ],
)
def test_a_query_that_names_an_instance_of_the_code(where, old, new, tmp_path):
    found = coverage_by(tmp_path, QUERY.format(where))
    assert (found["old"], found["new"]) == (old, new)
