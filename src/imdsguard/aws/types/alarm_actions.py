"""Actions of alarms that do something and tell nobody.

EC2 actions (stop, terminate, reboot, recover) and scaling policies; what else an alarm may do (SNS, Lambda, SSM
OpsItems and incidents, investigations) tells somebody. (CloudWatch API, PutMetricAlarm: AlarmActions)
"""

from __future__ import annotations

import re

SILENT_ARN = re.compile(
    r"arn:[^:]*:(?:automate:[^:]*:ec2:.*|swf:[^:]*:[^:]*:action/actions/AWS_EC2\..*|autoscaling:[^:]*:[^:]*:scalingPolicy:.*)"
)
SILENT_TYPES = (
    "aws_autoscaling_policy", "aws_appautoscaling_policy", "awscc_autoscaling_scaling_policy",
    "awscc_applicationautoscaling_scaling_policy",
)  # fmt: skip
"""Types whose ARN is that of a scaling policy."""


def tells_nobody(arn: str) -> bool:
    """Whether an action, by its ARN, surely notifies no one."""
    return SILENT_ARN.fullmatch(arn) is not None


def is_policy(address: str) -> bool:
    """Whether an address is that of a scaling policy."""
    parts = address.split(".")
    return any(part in SILENT_TYPES for part in parts[-2:-1])
