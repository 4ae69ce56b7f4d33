"""Launch templates and launch configurations must lead to instances that require tokens (IMDSv2).

## What it checks

Every `aws_launch_template` and `aws_launch_configuration`, and their twins of the `awscc` provider, used in this code
or not. It fails if an instance launched
from it with nothing more said gets `http_tokens = "optional"`: because the template says so, or because it says
nothing and neither the Region default nor the AMI requires tokens. It passes if such an instance gets `required`, or
if the endpoint is disabled.

A launch configuration that sets `http_tokens` without `http_endpoint = "enabled"` beside it cannot be judged: the
provider has been seen to send nothing then. Whether a launch configuration that leaves tokens unset follows the
Region default is not documented either.

The verdict is about the newest configuration in the code, whichever version others pin.

## Why

Groups, fleets and people launch from templates, often long after the template was written, and an instance that is
not told otherwise answers IMDSv1: a request forged through a web application reads the credentials of its role.

## Wrong

```terraform
resource "aws_launch_template" "web" {
  name          = "web"
  image_id      = "ami-0123456789abcdef0"
  instance_type = "t3.micro"
}
```

## Right

```terraform
resource "aws_launch_template" "web" {
  name          = "web"
  image_id      = "ami-0123456789abcdef0"
  instance_type = "t3.micro"

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "required"
  }
}
```

## How to fix

Write the block of the example into the template or the launch configuration, always with both arguments. Running
instances do not change with it: they keep what they were launched with until they are replaced, for instance by an
instance refresh.
"""

from __future__ import annotations

from collections.abc import Iterable

from imdsguard import (
    Confidence,
    Estate,
    Judgement,
    Launch,
    Severity,
    Source,
    State,
    because,
    failed,
    passed,
    sentence,
    undecided,
)

SEVERITY = Severity.ERROR

CONTROLS = {
    "AWS Security Hub": ("EC2.170", "AutoScaling.3"),
    "AWS Config": ("ec2-launch-template-imdsv2-check", "autoscaling-launchconfig-requires-imdsv2"),
    "AWS Control Tower": ("CT.EC2.PR.1",),
    "NIST SP 800-53 r5": ("AC-3", "AC-3(7)", "AC-3(15)", "AC-6", "CA-9(1)", "CM-2"),
    "PCI DSS 4.0.1": ("2.2.6",),
    "MITRE ATT&CK (our mapping)": ("T1552.005",),
    "Checkov": ("CKV_AWS_79",),
    "Trivy": ("AWS-0130",),
    "tfsec": ("aws-ec2-enforce-launch-config-http-token-imds", "aws-autoscaling-enforce-http-token-imds"),
    "Semgrep": ("terraform.aws.security.aws-ec2-launch-template-metadata-service-v1-enabled",),
    "Terrascan": ("AC_AWS_0487",),
    "Prowler": ("ec2_launch_template_imdsv2_required", "autoscaling_group_launch_configuration_requires_imdsv2"),
}

BLOCK = 'metadata_options {\n  http_endpoint = "enabled"\n  http_tokens   = "required"\n}'
NAMED = 2


def check(launch: Launch, estate: Estate) -> Iterable[Judgement]:
    """Judge a template or a launch configuration."""
    if launch.starts_instances:
        return
    tokens = launch.tokens
    written = tokens.place is not None and tokens.source is not Source.UNKNOWN
    remedy = 'http_tokens = "required"' if written else BLOCK
    if launch.state is State.OPTIONAL:
        message = f"instances launched from it answer calls without a token (IMDSv1): {because(tokens)}"
        message += users(launch, estate)
        yield failed(launch, message, remedy=remedy, place=tokens.place, trace=tokens.trace)
    elif launch.state is State.UNKNOWN:
        message = f"instances launched from it may answer calls without a token (IMDSv1): {sentence(launch.reason)}"
        yield undecided(launch, message, remedy=remedy, place=tokens.place, trace=tokens.trace, because=launch.reason)
    else:
        by_family = tokens.source is Source.AMI and not tokens.sure
        yield passed(launch, confidence=Confidence.MEDIUM if by_family else Confidence.HIGH)


def users(template: Launch, estate: Estate) -> str:
    """Name what launches from the template, in words that end a sentence."""
    found = [launch.address for launch in estate.users_of(template)]
    if not found:
        return ""
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    verb = "launch" if len(found) > 1 else "launches"
    return f"; {', '.join(found[:NAMED])}{more} {verb} from it"
