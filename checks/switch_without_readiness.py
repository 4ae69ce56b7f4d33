"""Look for calls without a token before a plan requires tokens (IMDSv2) of what runs.

## What it checks

Instances that a plan, or a run of `imdsguard plan`, changes in place, and groups that an instance refresh of the plan
gives new instances: tokens are optional as they are deployed, and required after the plan. What CloudWatch has said of
them decides (`--readiness`, or `--readiness-file` with the answer of `imdsguard readiness`):

- an error where calls without a token were seen;
- a note that names the question to ask where nobody has looked, or where it cannot be told;
- nothing where they are ready.

An answer that is too old, or about another account or Region, counts as if nobody had looked. Instances that are made
anew or replaced start with tokens required: nothing that runs is switched, and user data is judged by
[user-data-tokenless-call](user-data-tokenless-call.md). A launch template, or a group without a refresh, reaches new
instances only. If it cannot be told what the plan makes of the tokens, it is unknown. Source code and states change
nothing: of them this rule says nothing.

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

Ask, over a time in which everything on it has run; boot scripts only call at a start:

```console
$ imdsguard readiness plan.json
$ imdsguard plan --readiness
```

Where it is ready, apply. Where it is not, find the caller, mend it, and ask again. By hand it is the metric
`MetadataNoToken` (namespace `AWS/EC2`, dimension `InstanceId`, `Sum`).
"""

from __future__ import annotations

from collections.abc import Iterable

from imdsguard import (
    Estate,
    Judgement,
    Kind,
    Launch,
    LaunchAnswer,
    Readiness,
    Severity,
    State,
    answer_in_words,
    changed_while_running,
    failed,
    passed,
    sentence,
    text_of,
    undecided,
)

SEVERITY = Severity.ERROR

CONTROLS = {"MITRE ATT&CK (our mapping)": ("T1552.005",)}

QUESTION = (
    "ask first: is MetadataNoToken (AWS/EC2, InstanceId = {}) zero over a time in which all software on it has run?"
)
OF_GROUP = "ask first: do its instances still call without a token? (imdsguard readiness)"
MEND = "find what calls, mend it, and ask again until it is ready: imdsguard readiness"


def check(estate: Estate) -> Iterable[Judgement]:
    """Hold what the plan changes while it runs against what is deployed, and what CloudWatch says of it."""
    for old, now in changed_while_running(estate):
        yield judge_change(old, now, estate.readiness_of(now))


def judge_change(old: Launch, now: Launch, answer: LaunchAnswer | None = None) -> Judgement:
    """Judge an instance that goes on running, or a group that gets new ones for those that run."""
    if old.state in (State.REQUIRED, State.DISABLED) or now.state in (State.OPTIONAL, State.DISABLED):
        return passed(now)
    if answer is not None and answer.verdict in (Readiness.READY, Readiness.ENFORCED):
        return passed(now)
    calls = answer is not None and answer.verdict is Readiness.NOT_READY
    severity = None if calls else Severity.NOTE
    name = instance_id(now)
    is_instance = now.kind is Kind.INSTANCE
    remedy = MEND if calls else QUESTION.format(name) if is_instance else OF_GROUP
    asked = f"; {answer_in_words(answer)}" if answer is not None else ""
    tokens = now.tokens
    what = f"of {name} while it runs" if is_instance else "of the instances that its refresh starts"
    if now.state is State.UNKNOWN:
        message = f"may require tokens {what}: {sentence(now.reason)}{asked}"
        return undecided(
            now,
            message,
            remedy=remedy,
            place=tokens.place,
            trace=tokens.trace,
            because=now.reason,
            severity=severity,
        )
    message = f"requires tokens {what}: what still calls without one is refused from the apply on{asked}"
    return failed(now, message, remedy=remedy, place=tokens.place, trace=tokens.trace, severity=severity)


def instance_id(launch: Launch) -> str:
    """Name the instance as AWS does, as far as the plan tells."""
    before = launch.resource.before
    known = text_of(before.attribute("id")) if before is not None and launch.kind is Kind.INSTANCE else None
    return known or launch.address
