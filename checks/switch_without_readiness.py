"""Look for calls without a token before a plan requires tokens (IMDSv2) of an instance that runs.

## What it checks

Instances that a plan, or a run of `imdsguard plan`, changes in place: one whose tokens are optional as it is deployed,
and required after the plan, is a note that names the instance and the question to ask. Instances that are made anew or
replaced start with tokens required: nothing that runs is switched, and user data is judged by
[user-data-tokenless-call](user-data-tokenless-call.md). A launch template or a group reaches new instances only. If it
cannot be told what the plan makes of the tokens, it is unknown. Source code and states change nothing: of them this
rule says nothing.

## Why

The moment the apply is through, every call without a token is refused, and software on the instance that makes one
loses its credentials or fails. Nothing in the code tells what runs there; CloudWatch does: when `MetadataNoToken`
records zero use of IMDSv1 for an instance, it is ready. (EC2 User Guide, "Modify instance metadata options for existing
instances")

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

That is right as such, and wanted: it is noted where a plan makes it of the code below, of an instance that runs.

## Right

```terraform
resource "aws_instance" "web" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "optional"
  }
}
```

## How to fix

Look at the metric `MetadataNoToken` of the instance (namespace `AWS/EC2`, dimension `InstanceId`, `Sum`), over
a time in which everything on it has run: boot scripts only call at a start. Where it is zero throughout, apply. Where
it is not, find the caller, mend it, and look again.
"""

from __future__ import annotations

from collections.abc import Iterable

from imdsguard import (
    Action,
    Estate,
    Judgement,
    Kind,
    Launch,
    Severity,
    State,
    failed,
    passed,
    sentence,
    text_of,
    undecided,
)

SEVERITY = Severity.NOTE

CONTROLS = {"MITRE ATT&CK (our mapping)": ("T1552.005",)}

QUESTION = (
    "ask first: is MetadataNoToken (AWS/EC2, InstanceId = {}) zero over a time in which all software on it has run?"
)


def check(estate: Estate) -> Iterable[Judgement]:
    """Hold each instance that the plan changes in place against what is deployed."""
    before = estate.before
    if before is None:
        return
    for old in before.launches:
        now = estate.launch_at(old.resource.stack, old.address)
        if now is not None and now.kind is Kind.INSTANCE and now.resource.action is Action.UPDATE:
            yield judge_change(old, now)


def judge_change(old: Launch, now: Launch) -> Judgement:
    """Judge an instance that goes on running."""
    name = instance_id(now)
    remedy = QUESTION.format(name)
    if old.state in (State.REQUIRED, State.DISABLED) or now.state in (State.OPTIONAL, State.DISABLED):
        return passed(now)
    tokens = now.tokens
    if now.state is State.UNKNOWN:
        message = f"may require tokens of {name} while it runs: {sentence(now.reason)}"
        return undecided(now, message, remedy=remedy, place=tokens.place, trace=tokens.trace, because=now.reason)
    message = f"requires tokens of {name} while it runs: what still calls without one is refused from the apply on"
    return failed(now, message, remedy=remedy, place=tokens.place, trace=tokens.trace)


def instance_id(launch: Launch) -> str:
    """Name the instance as AWS does, as far as the plan tells."""
    before = launch.resource.before
    known = text_of(before.attribute("id")) if before is not None else None
    return known or launch.address
