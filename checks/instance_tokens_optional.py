"""Whatever EC2 starts must require tokens for calls to the metadata service (IMDSv2).

## What it checks

Everything in the code that starts instances: `aws_instance`, `aws_autoscaling_group`, `aws_ec2_fleet`,
`aws_spot_fleet_request`, `aws_spot_instance_request`, `aws_eks_node_group`, and their twins of the `awscc` provider;
what other services start is left to `service-tokens-optional`. It fails if the instances get
`http_tokens = "optional"` by AWS's order of precedence, each option on its own: launch, launch template, Region
default, AMI, service default. It passes if they get `required`, or if the endpoint is disabled. Where the code sets
something that cannot be computed, it says what.

A group, a fleet or a node group counts by the worst of what it may launch. If the fault is already that of a launch
template or launch configuration in the code, `launch-template-tokens-optional` reports it there, once, and names who
launches from it; this rule then says nothing about the group. An `aws_instance` is always reported here, whatever it
is launched from.

`metadata_options` on an `aws_spot_instance_request` count for nothing: Terraform accepts them, but AWS's API has no
such field.

The parameter `accept` says which layers may be what protects a launch. The AMI alone is the weakest: one `http_tokens
= "optional"` in the account's defaults undoes it, and nobody sees it in the code of the launch.

## Why

IMDSv1 answers every GET request. A request that an attacker makes a web application send (SSRF) is enough to read the
credentials of the instance's role. IMDSv2 first wants a PUT request for a token, which such a bug hardly ever can
send.

## Wrong

```terraform
resource "aws_instance" "web" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"

  metadata_options {
    http_endpoint = "enabled"
  }
}
```

The block says nothing about tokens, so the service's own default decides: optional.

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
```

## How to fix

Write `http_tokens = "required"` in the `metadata_options` of the instance or of the template it is launched from.
Before that, look at the metric `MetadataNoToken`: while it counts, some software on the instance still calls without
a token and will be refused.

Write an `aws_instance` with `instance_market_options { market_type = "spot" }` in place of an
`aws_spot_instance_request`, and a `launch_template_config` in place of a spot fleet's `launch_specification`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from imdsguard import (
    Confidence,
    Estate,
    Judgement,
    Kind,
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
    "AWS Security Hub": ("EC2.8",),
    "AWS Config": ("ec2-imdsv2-check",),
    "CIS AWS Foundations 2.0": ("5.6",),
    "CIS AWS Foundations 3.0": ("5.6",),
    "CIS AWS Foundations 4.0": ("5.7",),
    "CIS AWS Foundations 5.0": ("5.7",),
    "CIS AWS Foundations 6.0": ("6.7",),
    "CIS AWS Foundations 7.0": ("6.7",),
    "NIST SP 800-53 r5": ("AC-3", "AC-3(7)", "AC-3(15)", "AC-6"),
    "PCI DSS 4.0.1": ("2.2.6",),
    "MITRE ATT&CK (our mapping)": ("T1552.005",),
    "CWE": ("CWE-918", "CWE-1390"),
    "Checkov": ("CKV_AWS_79",),
    "Trivy": ("AWS-0028",),
    "tfsec": ("aws-ec2-enforce-http-token-imds",),
    "Semgrep": ("terraform.lang.security.ec2-imdsv1-optional",),
    "Terrascan": ("AC_AWS_0479",),
    "Prowler": ("ec2_instance_imdsv2_enabled",),
    "cdk-nag": ("EC2IMDSv2Enabled",),
}

BLOCK = 'metadata_options {\n  http_endpoint = "enabled"\n  http_tokens   = "required"\n}'

REMEDIES = {
    Kind.SPOT_REQUEST: 'an aws_instance with instance_market_options { market_type = "spot" } and\n' + BLOCK,
    Kind.NODE_GROUP: "a launch_template of your own, which says\n" + BLOCK,
    Kind.FLEET: "a launch_template_config with a template that says\n" + BLOCK,
    Kind.GROUP: "a launch_template that says\n" + BLOCK,
}


@dataclass(frozen=True)
class Parameters:
    """Which layers may be what makes a launch require tokens."""

    accept: tuple[Literal["launch", "launch_template", "region_default", "ami"], ...] = (
        "launch",
        "launch_template",
        "region_default",
        "ami",
    )


def check(launch: Launch, parameters: Parameters, estate: Estate) -> Iterable[Judgement]:
    """Judge what starts instances."""
    if not launch.starts_instances or launch.kind is Kind.SERVICE or reported_at_template(launch, estate):
        return
    tokens = launch.tokens
    remedy = REMEDIES.get(launch.kind, BLOCK)
    if tokens.place is not None and tokens.source in (Source.LAUNCH, Source.LAUNCH_TEMPLATE, Source.REGION_DEFAULT):
        remedy = 'http_tokens = "required"'
    if launch.state is State.OPTIONAL:
        message = f"answers calls without a token (IMDSv1): {because(tokens)}"
        if launch.kind is Kind.SPOT_REQUEST:
            message += "; metadata_options of a spot request are never sent to AWS"
        yield failed(launch, message, remedy=remedy, place=tokens.place, trace=tokens.trace)
    elif launch.state is State.UNKNOWN:
        message = f"may answer calls without a token (IMDSv1): {sentence(launch.reason)}"
        yield undecided(launch, message, remedy=remedy, place=tokens.place, trace=tokens.trace, because=launch.reason)
    elif launch.state is State.REQUIRED and tokens.source.value not in parameters.accept:
        message = f"requires tokens only by what this policy does not accept: {because(tokens)}"
        yield failed(launch, message, remedy=BLOCK, trace=tokens.trace)
    else:
        by_family = tokens.source is Source.AMI and not tokens.sure
        yield passed(launch, confidence=Confidence.MEDIUM if by_family else Confidence.HIGH)


def reported_at_template(launch: Launch, estate: Estate) -> bool:
    """Whether a template or configuration that the launch goes through has the same fault by itself."""
    if launch.kind is Kind.INSTANCE or launch.state not in (State.OPTIONAL, State.UNKNOWN) or not launch.via:
        return False
    return any(template.state is launch.state for template in estate.templates_of(launch))
