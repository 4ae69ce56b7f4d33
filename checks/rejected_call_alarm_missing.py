r"""Every launch that requires tokens must have an alarm on the calls that are refused.

## What it checks

Everything that starts instances and requires tokens must be watched by an `aws_cloudwatch_metric_alarm` on
`MetadataNoTokenRejected` (namespace `AWS/EC2`) in its own account and Region:

- by the instance's id: `dimensions = { InstanceId = aws_instance.web.id }`, also through `for_each`, `count` or a
  `metric_query`;
- or by a Metrics Insights query over all instances. Instances of groups, fleets and node groups have no id that code
  could name: only such a query watches them.

A `WHERE tag.Team = 'web'` in the query is held against the tags that the instances get: `tags` of an instance and
`default_tags` of its provider, `tag` blocks of a group with `propagate_at_launch`, `tag_specifications` for instances
in a launch template, tags in the launch specifications of a spot fleet. Tags of a node group, a fleet or a spot
request, and `default_tags` of a group, do not reach instances. It also takes "resource tags on telemetry", a setting of
the account that code does not show.

Nothing is asked of a launch whose tokens are optional or whose endpoint is disabled, nor of templates. An alarm by
`AutoScalingGroupName` cannot be judged: AWS does not say that it publishes the metric for groups. Whether the alarm's
threshold and actions are any good is the business of `imds-alarm-ineffective`; one that cannot fire at all watches
nobody.

## Why

Once tokens are required, software that still calls without one is refused: it runs without credentials, or somebody
is trying an SSRF bug. CloudWatch counts each such call. Without an alarm nobody looks.

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
```

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
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  evaluation_periods  = 1
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.security.arn]

  metric_query {
    id          = "refused"
    expression  = "SELECT SUM(MetadataNoTokenRejected) FROM SCHEMA(\"AWS/EC2\", InstanceId)"
    period      = 300
    return_data = true
  }
}
```

## How to fix

Add the alarm of the example once for each account and Region: it takes in every instance, those of groups and fleets
too. Where you want to see which instance it was, write an alarm for each with `for_each = aws_instance.web` and
`dimensions = { InstanceId = each.value.id }`.
"""

from __future__ import annotations

from collections.abc import Iterable

from imdsguard import Estate, Judgement, Kind, Launch, Severity, State, failed, passed, sentence, undecided

SEVERITY = Severity.WARNING

BY_QUERY = r"""an aws_cloudwatch_metric_alarm in the same account and Region with
metric_query {
  id          = "refused"
  expression  = "SELECT SUM(MetadataNoTokenRejected) FROM SCHEMA(\"AWS/EC2\", InstanceId)"
  period      = 300
  return_data = true
}"""

BY_ID = """an aws_cloudwatch_metric_alarm in the same account and Region with
namespace   = "AWS/EC2"
metric_name = "MetadataNoTokenRejected"
dimensions  = {{ InstanceId = {id} }}"""


def check(launch: Launch, estate: Estate) -> Iterable[Judgement]:
    """Judge what starts instances and requires tokens."""
    if not launch.starts_instances or launch.state is not State.REQUIRED or not launch.follows_account:
        return
    coverage = launch.coverage
    remedy = BY_ID.format(id=f"{launch.address}.id") if stands_alone(launch, estate) else BY_QUERY
    if coverage.covered:
        condition = f", {sentence(coverage.reason)}" if coverage.reason else ""
        yield passed(launch, f"watched by {', '.join(coverage.by)}{condition}")
    elif coverage.covered is None:
        message = f"may refuse calls without a token unnoticed: {sentence(coverage.reason)}"
        yield undecided(launch, message, remedy=remedy, because=coverage.reason, place=launch.resource.place)
    else:
        read = "" if estate.wholly_read(launch.resource.stack, "alarm") else " in what was read"
        message = f"refuses calls without a token, and no alarm on MetadataNoTokenRejected{read} watches it"
        if coverage.reason:
            message = f"{message}: {sentence(coverage.reason)}"
        yield failed(launch, message, remedy=remedy, place=launch.resource.place, account_wide=True)


def stands_alone(launch: Launch, estate: Estate) -> bool:
    """Whether an alarm by id is enough: it is the only instance there, and the root module itself has it."""
    if launch.kind is not Kind.INSTANCE or launch.resource.module:
        return False  # of a group there is no id, and that of a module's instance is out of sight
    beside = (other for other in estate.starting_in(launch.resource.stack) if other.address != launch.address)
    return not any(other.scope.same(launch.scope) for other in beside)
