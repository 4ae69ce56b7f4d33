"""Every account and Region in which something is launched must require tokens by default.

## What it checks

For every account (provider configuration) and Region in which the code launches something, or says how to launch it,
there must be an `aws_ec2_instance_metadata_defaults` with `http_tokens = "required"` in the same account and Region.
It fails once for each that has none. It points at the defaults that do not help, because they say `optional` or
`no-preference`, say nothing about tokens, or are in a Region where nothing is launched; else at the first launch of
that account and Region.

A launch whose tokens are required by nothing but such defaults in the same code must come after them: one apply that
makes both may start it first, with optional tokens. It is a note, unless the launch waits for the defaults: by a
`depends_on`, its own or that of its module, or by a reference. A plan speaks only of what its apply makes or changes.

Defaults of another stack count where the policy joins the two in an estate (`estates`). Defaults that are set outside
the code are for the policy to state: `assume: {region_default: required}`.

## Why

The default is the net below every launch that forgets to say `required`: one made by hand, by another tool, by a
module that drops the argument. It beats the AMI, so `optional` there is worse than nothing: it undoes an AMI that
requires tokens. It holds for one Region of one account and for no other.

## Wrong

```terraform
provider "aws" {
  region = "eu-west-1"
}

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
provider "aws" {
  region = "eu-west-1"
}

resource "aws_ec2_instance_metadata_defaults" "this" {
  http_tokens = "required"
}

resource "aws_instance" "web" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"

  metadata_options {
    http_endpoint = "enabled"
    http_tokens   = "required"
  }
}

resource "aws_instance" "relies_on_the_default" {
  ami           = "ami-0123456789abcdef0"
  instance_type = "t3.micro"

  depends_on = [aws_ec2_instance_metadata_defaults.this]
}
```

## How to fix

Add the resource once for each account and Region, with the provider of the launches (`provider = aws.name`, or
`region = "..."`). It changes new launches only, and destroying it resets the account's defaults to no preference.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from imdsguard import (
    HTTP_TOKENS,
    Action,
    Estate,
    Expression,
    Instead,
    Judgement,
    Known,
    Launch,
    Reason,
    ReasonKind,
    RegionDefault,
    Resource,
    Severity,
    Source,
    Unknown,
    because,
    failed,
    passed,
    sentence,
    undecided,
)

SEVERITY = Severity.WARNING
EXAMPLE = True

CONTROLS = {"Prowler": ("ec2_instance_account_imdsv2_enabled",), "Cloud Custodian": ("ec2-metadata-defaults",)}

RESOURCE = 'resource "aws_ec2_instance_metadata_defaults" "this" {{{where}\n  http_tokens = "required"\n}}'
SETTING = 'http_tokens = "required"'


def check(estate: Estate) -> Iterable[Judgement]:
    """Judge every account and Region that launches something."""
    # What starts instances comes before what only says how; by address, as a plan does not tell what is declared first.
    by_region: dict[tuple[object, ...], list[Launch]] = {}
    following = [launch for launch in estate.launches if launch.follows_account]
    for launch in sorted(following, key=_first):
        by_region.setdefault(account_and_region(launch, estate), []).append(launch)
    firsts = [launches[0] for launches in by_region.values()]
    for launches in by_region.values():
        # Environments that share the account are told of together: it is one default that they lack.
        for launch in launches:
            if (launch.resource.root, launch.address) == (launches[0].resource.root, launches[0].address):
                yield judge_region(launch, firsts, estate)
    for launch in estate.launches:
        yield from race(launch, estate)


def _first(launch: Launch) -> tuple[bool, bool, str]:
    return not launch.starts_instances, not launch.resource.certain, launch.address


def judge_region(first: Launch, firsts: Sequence[Launch], estate: Estate) -> Judgement:
    """Judge one account and Region by its first launch, and the defaults of its root module and those joined to it."""
    defaults = [default for default in estate.region_defaults if together(estate, default, first)]
    here = [default for default in defaults if first.scope.same(default.scope)]
    for default in here:
        tokens = default.options["http_tokens"]
        if default.resource.instances is not None:
            exists = Reason(ReasonKind.NOT_COMPUTED, "whether it exists", cause=default.resource.instances.reason)
            return unsure(first, default, sentence(exists), exists)
        if not tokens.known:
            return unsure(first, default, because(tokens), tokens.reason)
        if tokens.value != "required":
            message = f"does not require tokens of launches in {region(first)}: {said(default)}"
            place, trace = tokens.place, tokens.trace
            return failed(default, message, remedy=SETTING, place=place, trace=trace, region=first.scope.region_name)
    if here:
        return passed(first)
    assumed = estate.assumed_default(first.scope)
    for default in defaults:
        agreed = assumed is not None and default.options["http_tokens"].value == assumed.tokens
        if first.scope.same(default.scope) is None and not agreed:
            return elsewhere(first, default)
    if assumed is not None and assumed.tokens == "required":
        return passed(first)
    if assumed is not None:
        message = f'is launched in {region(first)}, whose default the policy assumes to be "{assumed.tokens}"'
        return failed(first, message, remedy=addition(first), place=first.resource.place, account_wide=True)
    for default in defaults:
        if not any(launch.scope.same(default.scope) for launch in firsts if together(estate, default, launch)):
            where = f"is for {default.scope.region_name or 'another Region'} ({default.scope.provider})"
            message = f"does not help {first.address} in {region(first)}: it {where}, where nothing is launched"
            return failed(default, message, remedy=addition(first), region=first.scope.region_name)
    what = "the code" if estate.wholly_read(first.resource.stack, "region_default") else "what was read of the code"
    message = f"is launched in {region(first)}, where {what} sets no default that requires tokens"
    return failed(first, message, remedy=addition(first), place=first.resource.place, account_wide=True)


def race(launch: Launch, estate: Estate) -> Iterable[Judgement]:
    """Say that a launch may come before the default that alone protects it."""
    tokens = launch.tokens
    protected = tokens.source is Source.REGION_DEFAULT and tokens.value == "required"
    if not protected or not launch.starts_instances or launch.starts_later or not made_now(launch.resource):
        return
    for default in estate.region_defaults:
        resource = default.resource
        if resource.stack != launch.resource.stack or tokens.trace[0].label != default.address:
            continue
        if changes_now(resource) and launch.resource.waits_for(resource) is False:
            message = f"may start with optional tokens: it relies on {default.address}, and does not wait for it"
            place = launch.resource.place
            yield failed(launch, message, remedy=waiting(launch, default), place=place, severity=Severity.NOTE)


def made_now(resource: Resource) -> bool:
    """Whether an apply makes it, as far as can be told: source may have been applied before, a state has been."""
    if resource.action is Action.NONE:
        return bool(resource.place.line)
    return resource.action in (Action.CREATE, Action.REPLACE)


def changes_now(default: Resource) -> bool:
    """Whether an apply makes it require tokens, as far as can be told."""
    if default.action is not Action.UPDATE or default.before is None:
        return made_now(default)
    before = default.before.attribute(HTTP_TOKENS)
    return not (isinstance(before, Known) and before.value == "required")


def waiting(launch: Launch, default: RegionDefault) -> Instead:
    """Write the dependency that is missing, where the two have a module in common."""
    here, there = modules(launch.resource), modules(default.resource)
    common = 0
    while common < min(len(here), len(there)) and here[common] == there[common]:
        common += 1
    above = ".".join(here[:common])
    relative = default.address.removeprefix(f"{above}.") if above else default.address
    target = there[common] if len(there) > common else relative
    written = Expression(target.partition("[")[0])
    block = "" if len(here) == common else here[common].partition("[")[0]
    return Instead((("depends_on", (written,)),), block=block)


def modules(resource: Resource) -> list[str]:
    """The calls that lead to the module of a resource: `module.a["x.y"].module.b` gives two."""
    calls = resource.module.replace(".module.", "\0module.")
    return calls.split("\0") if calls else []


def unsure(first: Launch, default: RegionDefault, said: str, reason: Reason | None, remedy: str = SETTING) -> Judgement:
    """Say that the default may or may not help."""
    message = f"may not require tokens for launches in {region(first)}: {said}"
    found = undecided(default, message, remedy=remedy, because=reason)
    return replace(found, region=first.scope.region_name)


def elsewhere(first: Launch, default: RegionDefault) -> Judgement:
    """Say that the default may be in another Region."""
    either = Reason(ReasonKind.NOT_COMPUTED, "its Region, or that of the launch,")
    regions = (each.region for each in (default.scope, first.scope))
    reason = next((each.reason for each in regions if isinstance(each, Unknown)), either)
    return unsure(first, default, sentence(either), reason, remedy="")


def account_and_region(launch: Launch, estate: Estate) -> tuple[object, ...]:
    """What launches are judged together by. A Region that is not known goes by its provider and why it is not known."""
    stack, scope = launch.resource.stack, launch.scope
    if isinstance(scope.region, str):
        if scope.account.known and stack in estate.joined:
            return "estate", estate.joined[stack], scope.account, scope.region
        return "", stack, scope.account, scope.region
    return "", stack, scope.account, scope.provider, scope.region.reason


def together(estate: Estate, default: RegionDefault, launch: Launch) -> bool:
    """Whether both stand in one root module or one estate: nothing else is known to share an account."""
    return estate.together(default.resource.stack, launch.resource.stack)


def said(default: RegionDefault) -> str:
    """What the default says about tokens."""
    tokens = default.options["http_tokens"]
    if tokens.place is None:
        return "it does not set http_tokens"
    if tokens.sensitive:
        return "http_tokens is a sensitive value"
    beats = ', which beats even an AMI with imds_support = "v2.0"' if tokens.value == "optional" else ""
    return f'http_tokens is "{tokens.value}"{beats}'


def region(launch: Launch) -> str:
    """Name the account and Region."""
    return f"{launch.scope.region_name or 'the Region'} of provider {launch.scope.provider}"


def addition(launch: Launch) -> str:
    """Write the resource that is missing."""
    provider = launch.scope.provider
    name = provider.removesuffix("]").rpartition('["')[0] if provider.endswith('"]') else provider
    plain = name == "aws" or ":" in name
    return RESOURCE.format(where="" if plain else f"\n  provider    = {provider}")
