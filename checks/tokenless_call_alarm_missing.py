r"""Every launch that leaves tokens optional must have an alarm on the calls that come without one.

## What it checks

Everything that starts instances and leaves tokens optional must be watched by an `aws_cloudwatch_metric_alarm` on
`MetadataNoToken` (namespace `AWS/EC2`) in its own account and Region: by the instance's id, or by a Metrics Insights
query over all instances, or over those with a tag that the launch has (`rejected-call-alarm-missing` says which tags
count). Instances of groups and fleets have no id that code could name: only a query watches them.

Nothing is asked of a launch that requires tokens or whose endpoint is disabled: `rejected-call-alarm-missing` looks
after the first. This rule is off in the policy `baseline`; `observe` switches it on.

## Why

Before tokens are required, somebody has to find what still calls without one: that software is refused from the first
moment on. `MetadataNoToken` counts each such call. While nobody looks at it, the switch is a leap in the dark.

## Wrong

```terraform
resource "aws_instance" "web" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"
}
```

## Right

```terraform
resource "aws_instance" "web" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"
}

resource "aws_sns_topic" "migration" {
  name = "imdsv2-migration"
}

resource "aws_cloudwatch_metric_alarm" "tokenless_calls" {
  alarm_name          = "imds-calls-without-token"
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.migration.arn]

  metric_query {
    id          = "tokenless"
    expression  = "SELECT SUM(MetadataNoToken) FROM SCHEMA(\"AWS/EC2\", InstanceId)"
    period      = 300
    return_data = true
  }
}
```

## How to fix

Add the alarm of the example once for each account and Region: it takes in every instance. When it has been silent for
as long as your rarest job takes to run, require tokens and watch `MetadataNoTokenRejected` instead.
"""

from __future__ import annotations

from collections.abc import Iterable

from imdsguard import Estate, Judgement, Launch, Severity, State, failed, passed, sentence, undecided

SEVERITY = Severity.WARNING

CONTROLS = {"NIST SP 800-53 r5 (our mapping)": ("SI-4", "AU-6"), "CWE (our mapping)": ("CWE-778",)}

REMEDY = r"""an aws_cloudwatch_metric_alarm in the same account and Region with
metric_query {
  id          = "tokenless"
  expression  = "SELECT SUM(MetadataNoToken) FROM SCHEMA(\"AWS/EC2\", InstanceId)"
  period      = 300
  return_data = true
}"""


def check(launch: Launch, estate: Estate) -> Iterable[Judgement]:
    """Judge what starts instances and leaves tokens optional."""
    if not launch.starts_instances or launch.state is not State.OPTIONAL or not launch.follows_account:
        return
    observed = launch.observed
    if observed.covered:
        condition = f", {sentence(observed.reason)}" if observed.reason else ""
        yield passed(launch, f"observed by {', '.join(observed.by)}{condition}")
    elif observed.covered is None:
        message = f"may answer calls without a token unnoticed: {sentence(observed.reason)}"
        yield undecided(launch, message, remedy=REMEDY, because=observed.reason, place=launch.resource.place)
    else:
        read = "" if estate.wholly_read(launch.resource.stack, "alarm") else " in what was read"
        message = f"answers calls without a token, and no alarm on MetadataNoToken{read} tells who still makes them"
        if observed.reason:
            message = f"{message}: {sentence(observed.reason)}"
        yield failed(launch, message, remedy=REMEDY, place=launch.resource.place, account_wide=True)
