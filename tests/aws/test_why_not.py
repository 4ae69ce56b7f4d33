"""Why an alarm that is there does not watch a launch, in one sentence."""

from __future__ import annotations

from dataclasses import replace

import pytest

from imdsguard.aws.alarms.why_not import why_not
from imdsguard.aws.estate import build
from imdsguard.model.environment import Stack
from imdsguard.model.resource import Provider
from imdsguard.model.shared_account import SharedAccount
from imdsguard.model.value import Known
from imdsguard.report.reasons import sentence
from tests.aws.memory import account, estate, ref, resource, unknown
from tests.aws.test_alarms import ALL, GROUP, OTHER, REQUIRED, TEMPLATE, WEB, alarm, metric, query

GOOD = {
    "comparison_operator": "GreaterThanThreshold",
    "threshold": 0,
    "evaluation_periods": 1,
    "statistic": "Sum",
    "period": 300,
    "alarm_actions": ["arn:aws:sns:eu-west-1:111122223333:security"],
}
AUDIT = Provider("aws.audit", account("another"), Known("eu-west-1"))
OPTIONAL = resource("aws_instance.old")
CLOSED = resource("aws_instance.closed", metadata_options=[{"http_endpoint": "disabled"}])


def in_words(alarm, launch, found):
    """Why an alarm does not watch a launch, as `explain` says it; nothing if it does."""
    reason = why_not(alarm, launch, found)
    return "" if reason is None else f"{sentence(reason)}."


def good(**arguments):
    return alarm(**{**GOOD, **arguments})


def told(watching, of="aws_instance.web"):
    found = estate(WEB, OTHER, TEMPLATE, GROUP, OPTIONAL, CLOSED, watching)
    (one,) = found.alarms
    launch = next(launch for launch in found.launches if launch.address == of)
    return in_words(one, launch, found)


A = "aws_cloudwatch_metric_alarm.a"


@pytest.mark.parametrize(
    ("watching", "of", "sentence"),
    [
        (good(**metric()), "aws_instance.web", ""),
        (
            good(**metric()),
            "aws_instance.other",
            f"{A} watches another instance: InstanceId is that of aws_instance.web.",
        ),
        (
            good(**metric()),
            "aws_autoscaling_group.web",
            (
                f"{A} names an instance by its id, and code cannot name those of a group: it takes a Metrics Insights "
                "query."
            ),
        ),
        (
            good(**metric(), region="us-east-1"),
            "aws_instance.web",
            (
                f"{A} is in another Region (us-east-1, and the launch is in eu-west-1): an alarm reads the metrics of "
                "its own."
            ),
        ),
        (
            replace(good(**metric()), provider=AUDIT),
            "aws_instance.web",
            (
                f"{A} is in another account (provider aws.audit, and the launch has aws): an alarm reads the metrics "
                "of its own."
            ),
        ),
        (
            good(**metric(), region=unknown()),
            "aws_instance.web",
            (
                f"It cannot be told whether {A} watches aws_instance.web: whether both are in the same Region cannot "
                "be computed."
            ),
        ),
        (
            good(**metric(name="MetadataNoToken")),
            "aws_instance.web",
            (
                f"{A} is on another metric: MetadataNoToken counts calls without a token that are answered, and "
                "aws_instance.web refuses them (MetadataNoTokenRejected)."
            ),
        ),
        (
            good(**metric(InstanceId=ref("aws_instance.old.id"))),
            "aws_instance.old",
            (
                f"{A} is on another metric: MetadataNoTokenRejected counts calls without a token that are refused, and "
                "aws_instance.old answers them (MetadataNoToken)."
            ),
        ),
        (
            good(**metric(InstanceId=ref("aws_instance.closed.id"))),
            "aws_instance.closed",
            (
                f"{A} counts calls without a token that are refused, and the metadata endpoint of aws_instance.closed "
                "is off."
            ),
        ),
        (
            good(**metric(), unit="Bytes"),
            "aws_instance.web",
            f'{A} never has data: its unit is "Bytes", and MetadataNoTokenRejected is published in Count.',
        ),
        (
            good(**metric(name="metadatanotokenrejected")),
            "aws_instance.web",
            (
                f'{A} never has data: there is no metric "metadatanotokenrejected"; its name is '
                "MetadataNoTokenRejected, case included."
            ),
        ),
        (
            good(**metric(), threshold=5),
            "aws_instance.web",
            f"{A} takes it in, but does not fire at a single refused call in a period, but only at > 5 of them.",
        ),
        (
            good(**metric(InstanceID=ref("aws_instance.web.id"))),
            "aws_instance.web",
            (
                f"{A} never has data: EC2 publishes MetadataNoTokenRejected by InstanceId alone, and the dimensions "
                "are InstanceID."
            ),
        ),
        (
            good(**metric(AutoScalingGroupName=ref("aws_autoscaling_group.web.name"))),
            "aws_autoscaling_group.web",
            (
                f"It cannot be told whether {A} watches aws_autoscaling_group.web: whether AWS publishes the metric by "
                "AutoScalingGroupName is not documented: a Metrics Insights query takes in every instance."
            ),
        ),
        (
            good(**metric(AutoScalingGroupName=ref("aws_autoscaling_group.web.name"))),
            "aws_instance.web",
            f"{A} looks at other instances.",
        ),
        (
            query(ALL),
            "aws_launch_template.lt",
            "aws_launch_template.lt starts no instances itself: what launches through it is watched, or not.",
        ),
    ],
)
def test_one_sentence_says_why(watching, of, sentence):
    assert told(watching, of) == sentence


def test_what_an_alarm_covers_is_what_it_has_no_reason_against():
    found = estate(WEB, OTHER, TEMPLATE, GROUP, good(**metric()))
    (one,) = found.alarms
    silent = [launch.address for launch in found.launches if why_not(one, launch, found) is None]
    assert tuple(silent) == one.covers == ("aws_instance.web",)


def test_between_root_modules_only_an_estate_joins():
    here = replace(resource("aws_instance.web", metadata_options=REQUIRED), root="web")
    there = replace(good(**metric()), root="audit")
    everything = replace(query(ALL), root="audit")
    roots = [(Stack("web"), [here]), (Stack("audit"), [there, everything])]
    apart, joined = build(roots), build(roots, {stack: SharedAccount("prod") for stack, _ in roots})
    (launch,) = apart.launches
    assert [in_words(each, launch, apart) for each in apart.alarms] == [
        f"audit: {A} stands in another root module, and no estate of the policy joins the two."
    ] * 2
    named, _ = (in_words(each, joined.launches[0], joined) for each in joined.alarms)
    assert named == f"audit: {A} names instances of its own root module."
