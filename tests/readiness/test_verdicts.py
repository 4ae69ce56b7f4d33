"""What is said of an instance, by what EC2 and CloudWatch say: ready only where nothing else can be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from imdsguard.model.readiness import Doubt, InstanceAnswer, LaunchAnswer, Readiness, Window
from imdsguard.readiness.ask import window_of
from imdsguard.readiness.fleet import RunningInstance
from imdsguard.readiness.metrics import HOUR, Series
from imdsguard.readiness.trouble import Trouble
from imdsguard.readiness.verdicts import judge_instance, judge_launch, judge_unseen

DAY = 24 * HOUR
WINDOW = Window(100 * DAY, 102 * DAY)
OLD = RunningInstance("i-1", running=True, launched=50 * DAY, made=50 * DAY, required=False, endpoint=True)
QUIET = dict.fromkeys(range(WINDOW.start, WINDOW.end, HOUR), 0.0)
LOUD = {**QUIET, 101 * DAY: 3.0, 101 * DAY + HOUR: 2.0}
DENIED = Trouble(Doubt.DENIED, "cloudwatch:GetMetricData", "AccessDenied")
PARTIAL = Trouble(Doubt.PARTIAL, "cloudwatch:GetMetricData", "PartialData")


def seen(hours: dict[int, float], trouble: Trouble | None = None) -> Series:
    return Series(hours, trouble)


@pytest.mark.parametrize(
    ("change", "series", "verdict", "doubt", "calls"),
    [
        ({}, seen(QUIET), Readiness.READY, None, 0),
        ({}, seen(LOUD), Readiness.NOT_READY, None, 5),
        # what is missing is not zero
        ({}, seen({}), Readiness.UNKNOWN, Doubt.NO_DATA, None),
        ({}, seen(dict(list(QUIET.items())[1:])), Readiness.UNKNOWN, Doubt.GAPS, 0),
        ({}, seen(dict(list(QUIET.items())[:-1])), Readiness.UNKNOWN, Doubt.GAPS, 0),
        ({}, seen(QUIET, PARTIAL), Readiness.UNKNOWN, Doubt.PARTIAL, 0),
        ({}, seen({}, DENIED), Readiness.UNKNOWN, Doubt.DENIED, None),
        # who has not lived through the window says nothing of it
        ({"launched": WINDOW.start + 1, "made": WINDOW.start + 1}, seen(QUIET), Readiness.UNKNOWN, Doubt.TOO_YOUNG, 0),
        ({"launched": WINDOW.start, "made": WINDOW.start}, seen(QUIET), Readiness.READY, None, 0),
        ({"launched": WINDOW.start + 1}, seen(QUIET), Readiness.UNKNOWN, Doubt.STOPPED, 0),
        ({"running": False}, seen(QUIET), Readiness.UNKNOWN, Doubt.STOPPED, 0),
        # calls that were seen were made, whatever else is missing
        ({"launched": WINDOW.end, "made": WINDOW.end}, seen(LOUD), Readiness.NOT_READY, None, 5),
        ({"running": False}, seen(LOUD), Readiness.NOT_READY, None, 5),
        ({}, seen(LOUD, PARTIAL), Readiness.NOT_READY, None, 5),
        # tokens are required already
        ({"required": True}, seen({}), Readiness.ENFORCED, None, None),
        ({"required": True}, seen(LOUD), Readiness.ENFORCED, None, 5),
        ({"required": True}, seen({}, DENIED), Readiness.ENFORCED, Doubt.DENIED, None),
    ],
)
def test_an_instance(
    change: dict[str, object], series: Series, verdict: Readiness, doubt: Doubt | None, calls: int | None
) -> None:
    told = judge_instance(replace(OLD, **change), series, WINDOW)
    assert (told.verdict, told.doubt, *told.calls.values()) == (verdict, doubt, calls)
    assert told.last == (101 * DAY + HOUR if calls else None)


def test_an_instance_without_endpoint_is_not_asked_and_calls_nothing() -> None:
    assert judge_instance(replace(OLD, endpoint=False), None, WINDOW).verdict is Readiness.ENFORCED


@pytest.mark.parametrize(
    ("series", "verdict"),
    [(seen(QUIET), Readiness.UNKNOWN), (None, Readiness.UNKNOWN), (seen(LOUD), Readiness.NOT_READY)],
)
def test_of_an_instance_that_ec2_does_not_show_only_calls_count(series: Series | None, verdict: Readiness) -> None:
    assert judge_unseen("i-1", series, Doubt.DENIED, "UnauthorizedOperation").verdict is verdict


def answer(verdict: Readiness, doubt: Doubt | None = None) -> InstanceAnswer:
    return InstanceAnswer("i-1", verdict, doubt=doubt)


READY, NOT_READY, ENFORCED = map(answer, (Readiness.READY, Readiness.NOT_READY, Readiness.ENFORCED))
YOUNG = answer(Readiness.UNKNOWN, Doubt.TOO_YOUNG)


@pytest.mark.parametrize(
    ("instances", "gone", "verdict", "doubt"),
    [
        ([READY, ENFORCED], "", Readiness.READY, None),
        ([ENFORCED, ENFORCED], "", Readiness.ENFORCED, None),
        ([READY, YOUNG], "", Readiness.UNKNOWN, Doubt.TOO_YOUNG),
        ([YOUNG, NOT_READY, READY], "", Readiness.NOT_READY, None),
        ([], "", Readiness.UNKNOWN, Doubt.NO_MEMBER),
        ([], "web", Readiness.UNKNOWN, Doubt.GONE),
    ],
)
def test_a_launch_is_as_the_worst_of_its_instances(
    instances: list[InstanceAnswer], gone: str, verdict: Readiness, doubt: Doubt | None
) -> None:
    told = judge_launch(LaunchAnswer("aws_instance.web", Readiness.UNKNOWN), instances, gone)
    assert (told.verdict, told.doubt) == (verdict, doubt)


def test_the_window_is_whole_hours_that_have_their_data() -> None:
    ten_past = 1_000 * HOUR + 600
    assert window_of(1, ten_past) == Window(975 * HOUR, 999 * HOUR)
    assert window_of(1, ten_past + 300) == Window(976 * HOUR, 1_000 * HOUR)
