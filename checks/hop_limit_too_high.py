"""Answers of the metadata service must not travel further than the software that asks for them.

## What it checks

The `http_put_response_hop_limit` that AWS will use, by the order of precedence, against what the instances are for:
`max` (1) for plain instances, `max_container` (2) for hosts of containers. Hosts of containers are EKS node groups,
Batch compute environments, groups that an ECS capacity provider uses or that carry a cluster's tag, and what launches
an image made for EKS or ECS, or joins such a cluster in its user data, or installs or starts Docker, containerd,
Podman, k3s, RKE2, kubelet or Nomad there.

A launch template or launch configuration is judged by what launches from it; where nothing in the code does, two hops
are a note only. A limit below `max_container` on a host of containers is a note, too: containers that do not share the
host's network get no token then. So is a limit that an image sets. Nothing is asked of a launch whose endpoint is
disabled, nor of what a service starts out of sight, unless its limit is written. Where the whole block or template
cannot be computed, `instance-tokens-optional` says so, and not this rule.

## Why

The answer to the request for a token carries the limit as its time to live: each router, and each bridge of a
container network, takes one off. A limit of one keeps tokens on the instance: an open proxy or a misrouted network
cannot carry them away, and nor can a container that was not meant to have the role of its host.

## Wrong

```terraform
resource "aws_instance" "web" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 3
  }
}
```

## Right

```terraform
resource "aws_instance" "web" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"

  metadata_options {
    http_endpoint               = "enabled"
    http_tokens                 = "required"
    http_put_response_hop_limit = 1
  }
}
```

## How to fix

Write `http_put_response_hop_limit = 1`, or 2 where containers with a network of their own need the role of the host.
Where all your instances run containers in ways that the code does not show, set `max: 2` in the policy.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from imdsguard import (
    HOP_LIMIT,
    Confidence,
    Estate,
    Instead,
    Judgement,
    Kind,
    Launch,
    Option,
    Severity,
    Source,
    State,
    Workload,
    because,
    failed,
    passed,
    undecided,
)

SEVERITY = Severity.WARNING

CONTROLS = {
    "AWS Config": ("ec2-token-hop-limit-check", "autoscaling-launch-config-hop-limit"),
    "AWS Security Hub (retired April 2024)": ("AutoScaling.4",),
    "AWS Control Tower": ("CT.EC2.PR.2",),
    "NIST SP 800-53 r5": ("CA-9(1)", "CM-2", "CM-2(2)"),
    "Checkov": ("CKV_AWS_341",),
}


@dataclass(frozen=True)
class Parameters:
    """How many hops are right: `max` for plain instances, `max_container` for hosts of containers."""

    max: int = 1
    max_container: int = 2

    def __post_init__(self) -> None:
        if not 1 <= self.max <= self.max_container <= 64:
            raise ValueError("max and max_container are from 1 to 64, and max is not the larger one")


def check(launch: Launch, parameters: Parameters, estate: Estate) -> Iterable[Judgement]:
    """Judge how far answers travel."""
    hops = launch.options.get(HOP_LIMIT)
    if hops is None or launch.state is State.DISABLED:
        return
    if not launch.follows_account and (launch.via or hops.source is not Source.LAUNCH):
        return  # a service's own instances, of which nothing more is known, or those of another launch in the code
    shared = launch.starts_instances and launch.kind is not Kind.INSTANCE and bool(estate.templates_of(launch))
    host = host_of_containers(launch, estate)
    allowed = parameters.max_container if host else parameters.max
    if not hops.known:
        if not shared and hops.reason != launch.tokens.reason:
            message = f"answers of the metadata service may travel too far: {because(hops)}"
            remedy = setting(allowed)
            yield undecided(launch, message, remedy=remedy, place=hops.place, trace=hops.trace, because=hops.reason)
        return
    number = int(hops.effective or 1)
    unknown = "" if host else workload_unknown(launch, estate)
    if unknown and number <= parameters.max_container and not (number > parameters.max and shared):
        message = f"may have the wrong hop limit: {said(hops)}, and {unknown}"
        found = undecided(launch, message, place=hops.place, trace=hops.trace)
        yield replace(found, severity=Severity.NOTE)
    elif number > allowed:
        if not shared:  # else it is said of the template, once
            yield too_high(launch, hops, allowed, host, parameters, estate)
    elif host and number < parameters.max_container and (launch.starts_instances or not estate.users_of(launch)):
        message = f"containers may get no answer: {host}, and {said(hops)}, so only the host's own network is reached"
        remedy = setting(parameters.max_container)
        yield failed(launch, message, remedy=remedy, place=hops.place, trace=hops.trace, severity=Severity.NOTE)
    else:
        yield passed(launch)


def too_high(
    launch: Launch, hops: Option, allowed: int, host: str, parameters: Parameters, estate: Estate
) -> Judgement:
    """Say that the limit is too high, as a note where nobody can see what the instances are for."""
    reason = f"{host}, which takes {allowed}" if host else "nothing in the code shows containers on it"
    message = f"answers of the metadata service travel further than the instance: {said(hops)}, and {reason}"
    in_doubt = not launch.starts_instances and not estate.users_of(launch)
    mild = hops.source is Source.AMI or (in_doubt and int(hops.effective or 1) <= parameters.max_container)
    return failed(
        launch,
        message,
        remedy=setting(allowed),
        place=None if hops.source is Source.AMI else hops.place,
        trace=hops.trace,
        confidence=Confidence.HIGH if host else Confidence.MEDIUM,
        severity=Severity.NOTE if mild else None,
    )


def host_of_containers(launch: Launch, estate: Estate) -> str:
    """Return what shows that containers run on it: its own, or that of what it goes through or who goes through it."""
    for each in (launch, *estate.templates_of(launch), *estate.users_of(launch)):
        if each.delivery.workload is Workload.CONTAINERS:
            because = each.delivery.workload_because
            return because if each is launch else f"{each.address} is a host of containers ({because})"
    return ""


def workload_unknown(launch: Launch, estate: Estate) -> str:
    """Return why it is not known whether containers run on it; nothing where that is known."""
    near = (launch, *estate.users_of(launch))
    return next((each.delivery.workload_because for each in near if each.delivery.workload is Workload.UNKNOWN), "")


def said(hops: Option) -> str:
    """What the limit is, and who says so."""
    return because(hops).replace(HOP_LIMIT, "the hop limit", 1)


def setting(number: int) -> Instead:
    """Write the argument."""
    return Instead.of(**{HOP_LIMIT: number})
