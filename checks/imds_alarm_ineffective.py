r"""An alarm on the token metrics must fire at a single call, and somebody must hear of it.

## What it checks

Every alarm on `MetadataNoTokenRejected` or `MetadataNoToken`, and every one that surely means them: with a misspelt
name, in another namespace, by metric math, Metrics Insights, `SEARCH` or PromQL. There is a finding for each thing that
keeps it from firing or from being heard:

- what it looks at: namespace, name, dimensions, statistic, unit, period (also one of 60 seconds where monitoring is
  basic), an instance in another account or Region, or the metric of the other state;
- when it fires: comparison, threshold, how many periods must breach, missing data;
- how it asks: `SEARCH`, `return_data`, limits, a `LIMIT` that leaves instances out, a `WHERE` that lets nothing in the
  code through, or that counts on "resource tags on telemetry" in the account;
- who hears of it: `actions_enabled`, `alarm_actions` (EC2 actions and scaling policies do something and tell nobody),
  mute rules, and composite alarms that notify in its place but may not: because their rule wants other alarms too (AND,
  NOT, `AT_LEAST`), because a suppressor or a mute rule holds them back, or because they notify nobody themselves and no
  composite alarm above them does. A rule of EventBridge with a target, on CloudWatch's events of the alarm, tells
  somebody, too.

AWS does not say whether `MetadataNoTokenRejected` is reported as 0 while nothing is refused, nor whether it is
published by Auto Scaling group: what rests on the first has medium confidence, what rests on the second is unknown.

## Why

An alarm that never fires is worse than none: everybody believes that somebody watches. Most of these mistakes pass
`terraform plan` and `terraform apply` without a word.

## Wrong

```terraform
resource "aws_instance" "web" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "required"
  }
}

resource "aws_cloudwatch_metric_alarm" "refused_calls" {
  alarm_name          = "imds-calls-refused"
  namespace           = "AWS/EC2"
  metric_name         = "MetadataNoTokenRejected"
  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 5
  period              = 300
  evaluation_periods  = 3
  dimensions          = { InstanceId = aws_instance.web.id }
}
```

It waits for more than five calls in each of three periods in a row, and then tells nobody.

## Right

```terraform
resource "aws_instance" "web" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "required"
  }
}

resource "aws_sns_topic" "security" {
  name = "security"
}

resource "aws_cloudwatch_metric_alarm" "refused_calls" {
  alarm_name          = "imds-calls-refused"
  namespace           = "AWS/EC2"
  metric_name         = "MetadataNoTokenRejected"
  statistic           = "Sum"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  period              = 300
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.security.arn]
  dimensions          = { InstanceId = aws_instance.web.id }
}
```

## How to fix

Write the alarm as in the example. For groups, fleets and node groups, whose instances code cannot name, put the Metrics
Insights query in place of the metric that `rejected-call-alarm-missing` shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from imdsguard import (
    Alarm,
    Estate,
    Instead,
    Judgement,
    Launch,
    Severity,
    State,
    failed,
    fault_in_words,
    passed,
    undecided,
)

SEVERITY = Severity.WARNING

REJECTED = "MetadataNoTokenRejected"
TOKENLESS = "MetadataNoToken"


def check(alarm: Alarm, estate: Estate) -> Iterable[Judgement]:
    """Judge an alarm: its own faults, then how it fits what is launched."""
    found = [*own_faults(alarm), *another_region(alarm, estate), *other_state(alarm, estate)]
    yield from found or [passed(alarm)]


def own_faults(alarm: Alarm) -> Iterator[Judgement]:
    """What is wrong with the alarm as it is written."""
    for fault in alarm.faults:
        judge = failed if fault.certain else undecided
        judgement = judge(alarm, fault_in_words(fault), remedy=fault.remedy, place=fault.place, trace=fault.trace)
        yield replace(judgement, confidence=fault.confidence, severity=fault.severity)


def another_region(alarm: Alarm, estate: Estate) -> Iterator[Judgement]:
    """An alarm reads the metrics of its own account and Region only."""
    for name in dict.fromkeys(alarm.names):
        launch = estate.launch_at(alarm.resource.stack, name)
        if launch is not None and alarm.scope.same(launch.scope) is False:
            here, there = place_of(alarm), place_of(launch)
            message = f"never has data: it is in {here}, but {launch.address} is in {there}"
            yield failed(alarm, message, remedy=f"the alarm with the provider and Region of {launch.address}")


def other_state(alarm: Alarm, estate: Estate) -> Iterator[Judgement]:
    """Each of the two metrics counts in one state only: refused calls where tokens are required, answered ones else."""
    covered = dict.fromkeys(alarm.covers)
    found = (estate.launch_at(alarm.resource.stack, address) for address in covered)
    mine = [each for each in found if each is not None]
    if not mine or len(mine) < len(covered):
        return
    if alarm.metric == TOKENLESS and all(each.state in (State.REQUIRED, State.DISABLED) for each in mine):
        unwatched = [each for each in mine if each.state is State.REQUIRED and each.coverage.covered is False]
        if unwatched:
            message = (
                f"watches the other state: {unwatched[0].address} requires tokens, so calls without one are "
                f"refused, and those count as {REJECTED}"
            )
            yield failed(alarm, message, remedy=Instead.of(metric_name=REJECTED))
    elif alarm.metric == REJECTED and all(each.state is State.OPTIONAL for each in mine):
        message = f"watches the other state: {mine[0].address} leaves tokens optional, so no call is ever refused"
        yield failed(alarm, message, remedy=Instead.of(metric_name=TOKENLESS), severity=Severity.NOTE)


def place_of(subject: Alarm | Launch) -> str:
    """Name an account and Region."""
    return f"{subject.scope.region_name or 'the Region'} of provider {subject.scope.provider}"
