"""A plan must not turn a requirement for tokens (IMDSv2) back into an option.

## What it checks

What a plan, or a run of `imdsguard plan`, changes or replaces. It fails if something that requires tokens as it is
deployed no longer does after the plan: an instance, a launch template, a launch configuration, a group or a service,
each by AWS's order of precedence; the account's default of a Region (`aws_ec2_instance_metadata_defaults`) that is
changed or deleted; an image that loses `imds_support`; a declarative policy of the organisation. What has lost it only
because a template or a default has is reported there, once. If it cannot be told what will be, it is unknown.

Terraform keeps the metadata options of an `aws_instance` and of an `aws_launch_template` when their block is taken out
of the code: what counts is what the plan says, not what the code no longer does. Source code and states have no past:
of them this rule says nothing. Nor does it see that a resource under another address takes another's place, unless a
`moved` block says so.

## Why

It is the worst change there is: software that has long learnt to call with a token gains nothing by it, and whoever
finds a way to send requests from the instance gets its credentials. It hardly ever is meant; it comes with a module's
new version, a lost variable, a default that was "not used any more". So it always is an error: no policy can make it
milder or turn it off, and no comment can suppress it. One that is meant needs an entry in the policy's `exemptions`,
with a reason, for this very address.

## Wrong

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

That is what a plan makes of the code below.

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

Keep `http_tokens = "required"`, and the Region default that requires tokens. If some software cannot call with a
token, move it to an instance of its own, and exempt that one until it can.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from imdsguard import (
    HTTP_TOKENS,
    Action,
    Estate,
    Image,
    Judgement,
    Kind,
    Launch,
    OrganizationPolicy,
    RegionDefault,
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

FIXED = True
"""Always an error: no policy makes it milder, and no comment suppresses it."""

CONTROLS = {"MITRE ATT&CK (our mapping)": ("T1552.005",)}

REQUIRED = "required"
BLOCK = 'metadata_options {\n  http_endpoint = "enabled"\n  http_tokens   = "required"\n}'
SETTING = 'http_tokens = "required"'
IMAGE = 'imds_support = "v2.0"'
ASSIGN = '"http_tokens": {"@@assign": "required"}'
CHANGES = (Action.UPDATE, Action.REPLACE)


def check(estate: Estate) -> Iterable[Judgement]:
    """Hold what will be against what is deployed."""
    before = estate.before
    if before is None:
        return
    lost = [default for default in before.region_defaults if requires(default) and keeper(default, estate) is None]
    for default in before.region_defaults:
        if requires(default):
            yield judge_default(default, estate)
    yield from judge_launches(before, estate, lost)
    for image in before.images:
        if image.tokens.value == REQUIRED:
            yield from judge_image(image, estate)
    for policy in before.organization_policies:
        if policy.defaults.get(HTTP_TOKENS) == REQUIRED:
            yield judge_policy(policy, estate)


def requires(default: RegionDefault) -> bool:
    """Whether a Region default requires tokens."""
    return default.options[HTTP_TOKENS].value == REQUIRED


def keeper(default: RegionDefault, estate: Estate) -> RegionDefault | None:
    """Give what requires tokens in that account and Region after the plan."""
    return next(
        (
            each
            for each in estate.region_defaults
            if requires(each) and each.resource.stack == default.resource.stack and default.scope.same(each.scope)
        ),
        None,
    )


def judge_default(old: RegionDefault, estate: Estate) -> Judgement:
    """Judge a Region default that requires tokens as it is deployed."""
    kept = keeper(old, estate)
    if kept is not None:
        return passed(kept)
    where = (
        f"in {old.scope.region_name}" if old.scope.region_name else f"in the Region of provider {old.scope.provider}"
    )
    now = next((each for each in estate.region_defaults if same(each, old)), None)
    if now is None:
        message = (
            f"is deleted, which takes back that tokens are required {where}: "
            "the account's default goes back to no preference"
        )
        return failed(old, message, remedy=f"keep it, with\n{SETTING}")
    tokens = now.options[HTTP_TOKENS]
    if not tokens.known:
        message = f"may no longer require tokens {where}, as it does now: {because(tokens)}"
        return undecided(now, message, remedy=SETTING, place=tokens.place, trace=tokens.trace, because=tokens.reason)
    said = f'http_tokens becomes "{tokens.value}"' if tokens.value is not None else "it no longer sets http_tokens"
    message = f"no longer requires tokens {where}: {said}"
    return failed(now, message, remedy=SETTING, place=tokens.place, trace=tokens.trace)


def judge_launches(before: Estate, estate: Estate, lost: list[RegionDefault]) -> Iterator[Judgement]:
    """Judge what launches, or says how to launch, with tokens required as it is deployed: templates first."""
    blamed: set[tuple[object, str]] = set()
    for old in sorted(before.launches, key=lambda each: each.starts_instances):
        if old.tokens.effective != REQUIRED:
            continue
        now = estate.launch_at(old.resource.stack, old.address)
        if now is None or now.resource.action not in CHANGES or by_default(old, now, lost):
            continue
        stack = now.resource.stack
        if now.kind is not Kind.INSTANCE and any((stack, address) in blamed for address in now.via):
            continue
        judgement = judge_launch(now)
        if judgement.message:
            blamed.add((stack, now.address))
        yield judgement


def by_default(old: Launch, now: Launch, lost: list[RegionDefault]) -> bool:
    """Whether a launch requires tokens by nothing but a Region default that is lost: it is reported there."""
    relied = old.tokens.source is Source.REGION_DEFAULT
    return relied and any(each.resource.stack == now.resource.stack and each.scope.same(now.scope) for each in lost)


def judge_launch(now: Launch) -> Judgement:
    """Judge a launch that requires tokens as it is deployed."""
    tokens = now.tokens
    remedy = SETTING if tokens.place is not None and tokens.source in (Source.LAUNCH, Source.LAUNCH_TEMPLATE) else BLOCK
    if now.state is State.OPTIONAL:
        message = f"no longer requires tokens, as it does now (IMDSv2): {because(tokens)}"
        return failed(now, message, remedy=remedy, place=tokens.place, trace=tokens.trace)
    if now.state is State.UNKNOWN:
        message = f"may no longer require tokens, as it does now (IMDSv2): {sentence(now.reason)}"
        return undecided(now, message, remedy=remedy, place=tokens.place, trace=tokens.trace, because=now.reason)
    return passed(now)


def judge_image(old: Image, estate: Estate) -> Iterator[Judgement]:
    """Judge an image that makes tokens required as it is deployed. One that is deleted launches nothing any more."""
    now = next((each for each in estate.images if same(each, old)), None)
    if now is None or now.resource.action not in CHANGES:
        return
    tokens = now.tokens
    if tokens.value == REQUIRED:
        yield passed(now)
    elif not tokens.known:
        message = f"may no longer make tokens required of what is launched from it: {because(tokens)}"
        yield undecided(now, message, remedy=IMAGE, place=tokens.place, trace=tokens.trace, because=tokens.reason)
    else:
        message = "no longer makes tokens required of what is launched from it: imds_support is taken away"
        yield failed(now, message, remedy=IMAGE, place=tokens.place, trace=tokens.trace)


def judge_policy(old: OrganizationPolicy, estate: Estate) -> Judgement:
    """Judge a declarative policy that makes tokens required as it is deployed."""
    now = next((each for each in estate.organization_policies if same(each, old)), None)
    if now is None:
        return failed(old, "no longer makes tokens required: it is deleted, or says no more of it", remedy=ASSIGN)
    if now.unreadable is not None:
        message = f"may no longer make tokens required: its content cannot be computed ({sentence(now.unreadable)})"
        return undecided(now, message, remedy=ASSIGN, place=now.place, because=now.unreadable)
    said = now.defaults.get(HTTP_TOKENS)
    if said == REQUIRED:
        return passed(now)
    becomes = f'http_tokens becomes "{said}"' if said else "it no longer assigns http_tokens"
    return failed(now, f"no longer makes tokens required: {becomes}", remedy=ASSIGN, place=now.place, trace=now.trace)


def same(now: RegionDefault | Image | OrganizationPolicy, old: RegionDefault | Image | OrganizationPolicy) -> bool:
    """Whether both are one resource."""
    return (now.resource.stack, now.address) == (old.resource.stack, old.address)
