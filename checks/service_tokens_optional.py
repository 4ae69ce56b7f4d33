"""Instances that other services start must require tokens (IMDSv2), as far as the code can say it.

## What it checks

Everything that makes a service start instances: Image Builder infrastructure and (for Windows fast launching)
distribution configurations, SageMaker notebooks, Elastic Beanstalk environments and configuration templates, EMR
clusters and security configurations, Batch compute environments, GameLift, ECS capacity providers, CodeBuild fleets,
Cloud9, AppStream, Lightsail, Lambda capacity providers, WorkSpaces Instances, Elastic Disaster Recovery and EKS Auto
Mode; those of the `awscc` provider too, with Parallel Computing Service and Deadline Cloud. Karpenter (`EC2NodeClass`),
Cluster API (`AWSMachineTemplate`) and Spot Ocean count as services.

It fails where the code, or the service's documented default, leaves tokens optional. Each service says it in words of
its own:

- `aws_sagemaker_notebook_instance`: `minimum_instance_metadata_service_version`, by default `"1"`;
- `aws_elastic_beanstalk_environment`: the setting `DisableIMDSv1` of `aws:autoscaling:launchconfiguration`; by default
  `true` on Amazon Linux 2023 and on Windows Server 2022 and later, `false` on all else;
- `aws_emr_cluster`: `InstanceMetadataServiceConfiguration` in the JSON of its `aws_emr_security_configuration`
  (which is judged by itself, too: clusters are often started outside Terraform); without it, by the release: one that
  needs IMDSv1 has it, of later ones it is not documented;
- `aws_imagebuilder_infrastructure_configuration`: `instance_metadata_options`, by default what EC2 does;
- `awscc_appstream_*`: `disable_imdsv1`;
- `EC2NodeClass` and `AWSMachineTemplate` in a `kubernetes_manifest`, a `kubectl_manifest` or the values of a
  `helm_release`: `httpTokens`, by default `required` for Karpenter and `optional` for Cluster API;
- `spotinst_ocean_aws` and its launch specifications: `instance_metadata_options`;
- Batch, GameLift game server groups and Parallel Computing Service: `metadata_options` of the launch template.

Where a template, a group or a cluster in the code has the same fault, it is reported there and not again.

Where Terraform has no argument, and no documentation says what the service does, the verdict is unknown, as a note: it
says what this code cannot show. Lightsail's default is documented (optional), but Terraform cannot change it: a
warning.

## Why

Notebooks and build machines run other people's code with the credentials of a role. A request forged through it reads
them as easily as on any other instance.

## Wrong

```terraform
resource "aws_sagemaker_notebook_instance" "research" {
  name          = "research"
  role_arn      = "arn:aws:iam::111122223333:role/research"
  instance_type = "ml.t3.medium"
}
```

## Right

```terraform
resource "aws_sagemaker_notebook_instance" "research" {
  name          = "research"
  role_arn      = "arn:aws:iam::111122223333:role/research"
  instance_type = "ml.t3.medium"

  instance_metadata_service_configuration {
    minimum_instance_metadata_service_version = "2"
  }
}
```

## How to fix

Write what the finding says: it names the service's own argument. For a Lightsail instance, run
`aws lightsail update-instance-metadata-options --http-tokens required` after it is made.

Containers need one network hop more: where a service runs them, set `http_put_response_hop_limit = 2` beside it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from imdsguard import (
    Estate,
    Judgement,
    Kind,
    Launch,
    Severity,
    Source,
    Stack,
    State,
    because,
    failed,
    passed,
    sentence,
    undecided,
)

SEVERITY = Severity.ERROR

CONTROLS = {
    "Checkov": ("CKV_AWS_371",),
    "MITRE ATT&CK (our mapping)": ("T1552.005",),
}


def check(estate: Estate) -> Iterable[Judgement]:
    """Judge every launch by a service."""
    states = {(launch.resource.stack, launch.address): launch.state for launch in estate.launches}
    for launch in estate.launches:
        if launch.kind is Kind.SERVICE and not reported_elsewhere(launch, states):
            yield judge(launch)


def judge(launch: Launch) -> Judgement:
    """Judge one launch by a service."""
    tokens = launch.tokens
    remedy, in_terraform = launch.terms.remedy, launch.terms.in_terraform
    if launch.state is State.OPTIONAL:
        milder = None if in_terraform else Severity.WARNING
        message = f"answers calls without a token (IMDSv1): {cause(launch)}"
        return failed(launch, message, remedy=remedy, place=tokens.place, trace=tokens.trace, severity=milder)
    if launch.state is State.UNKNOWN:
        message = f"may answer calls without a token (IMDSv1): {sentence(launch.reason)}"
        found = undecided(launch, message, remedy=remedy, place=tokens.place, trace=tokens.trace, because=launch.reason)
        return found if in_terraform else replace(found, severity=Severity.NOTE)
    return passed(launch)


def cause(launch: Launch) -> str:
    """Say what leaves tokens optional, in the service's own words."""
    tokens, terms = launch.tokens, launch.terms
    if tokens.source is Source.SERVICE_DEFAULT and terms.default:
        return terms.default
    if tokens.source is Source.LAUNCH and terms.tokens:
        return f"{terms.tokens} says so in {tokens.trace[0].label}"
    return because(tokens)


def reported_elsewhere(launch: Launch, states: dict[tuple[Stack, str], State]) -> bool:
    """Whether what it launches through has the same fault by itself."""
    if launch.state not in (State.OPTIONAL, State.UNKNOWN):
        return False
    return any(states.get((launch.resource.stack, address)) is launch.state for address in launch.via)
