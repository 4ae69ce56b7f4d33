"""What `explain` says besides the layers: what would change the answer, and which alarms do not watch."""

from __future__ import annotations

from dataclasses import replace

import pytest

from imdsguard.aws.estate import build
from imdsguard.aws.precedence.explanation import explain
from imdsguard.model.environment import Stack
from imdsguard.model.shared_account import SharedAccount
from imdsguard.model.value import Known
from tests.aws.memory import ref, resource

IMAGE = resource("aws_ami.golden")
ALARM = resource(
    "aws_cloudwatch_metric_alarm.a",
    namespace="AWS/EC2",
    metric_name="MetadataNoTokenRejected",
    dimensions={"InstanceId": ref("aws_instance.other.id")},
)


def explained(*stacks, joined=False):
    """The explanation of the last resource of the last root module."""
    roots = [(Stack(str(at)), [replace(each, root=str(at)) for each in found]) for at, found in enumerate(stacks)]
    accounts = {stack: SharedAccount("prod") for stack, _ in roots} if joined else None
    estate = build(roots, accounts) if accounts else build(roots)
    return explain(estate.launches[-1], estate)


def test_nobody_is_told_to_change_an_image_that_is_registered():
    instance = resource("aws_instance.web", ami=ref("aws_ami.golden.id"))
    assert [line.partition(" would ")[0] for line in explained([IMAGE, instance]).changes] == [
        'http_tokens = "required" in the launch aws_instance.web',
        'http_tokens = "required" in the Region default',
        'http_endpoint = "disabled" in the launch aws_instance.web',
        "http_put_response_hop_limit in the launch aws_instance.web",
    ]


@pytest.mark.parametrize(
    ("own", "defaults", "told"),
    [
        (
            Known(3),
            Known(5),
            ["the hop limit would be 5"],
        ),
        (Known(3, sensitive=True), Known(5), []),
        (Known(3), Known(5, sensitive=True), []),
        (Known(5), Known(5), []),
    ],
)
def test_what_a_hop_limit_would_be_is_told_where_neither_is_a_secret(own, defaults, told):
    region = resource("aws_ec2_instance_metadata_defaults.all", http_put_response_hop_limit=defaults)
    web = resource("aws_instance.web", metadata_options=[{"http_put_response_hop_limit": own}])
    start = "without http_put_response_hop_limit in the launch aws_instance.web "
    found = [line.removeprefix(start) for line in explained([region, web]).changes if "hop limit" in line]
    assert found == told


@pytest.mark.parametrize("joined", [False, True])
def test_alarms_out_of_reach_are_not_listed(joined):
    told = explained([ALARM], [resource("aws_instance.web")], joined=joined)
    assert [address for address, _ in told.unwatched] == (["aws_cloudwatch_metric_alarm.a"] if joined else [])


def test_alarms_on_calls_that_are_answered_are_not_listed():
    observing = resource("aws_cloudwatch_metric_alarm.b", namespace="AWS/EC2", metric_name="MetadataNoToken")
    told = explained([ALARM, observing, resource("aws_instance.web")])
    assert [address for address, _ in told.unwatched] == ["aws_cloudwatch_metric_alarm.a"]
