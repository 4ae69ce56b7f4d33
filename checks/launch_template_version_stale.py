"""A change of a launch template's metadata options must reach the instances launched from it.

## What it checks

Everything in the code that launches through a launch template in the same code. An edit of the template makes a new
version, and the edit is lost on instances of a launch

- that names a version by its number, or the default version (`$Default`, or no `version`) of a template without
  `update_default_version = true`;
- whose `launch_template` is under `ignore_changes`;
- that is a group with an `instance_refresh` and names `$Latest`, or a default version that moves: Terraform sees no
  change then, so the refresh never starts. Only the attributes `latest_version` and `default_version` start it.

- that is a compute environment of Batch and names `$Latest` or the default version: AWS looks them up once, when the
  environment is made.

It is a note where new instances get the edit and running ones keep what they have: a group without
`instance_refresh`, with one that replaces the root volume only (`ReplaceRootVolume`) or that ends before all are
replaced (`checkpoint_percentages` that do not end with 100), or an instance on `$Latest`.

Nothing is said where running instances are replaced in another way: by `max_instance_lifetime`, by
`replace_triggered_by` with the template, by a name of the group that carries the version, by what the `triggers` of an
`instance_refresh` add (a `tag` that carries it), or because the plan makes the group or the instance anew. Where that
cannot be told it is unknown, as a note.

A template whose versions Image Builder writes too (`launch_template_configuration` of a distribution configuration) is
unknown, as a note: which options those versions have is not in the code.

From a plan it speaks only if this very plan changes metadata options of the template and that change is lost; a plan
does not show `ignore_changes`. A state says nothing about edits to come, so nothing is said about it. An instance with
`http_tokens` of its own does not depend on the template.

## Why

`http_tokens = "required"` in the template, a green plan and a green apply, and every instance of the group still
launches from version 1.

## Wrong

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

resource "aws_autoscaling_group" "web" {
  min_size           = 1
  max_size           = 3
  availability_zones = ["eu-west-1a"]

  launch_template {
    id = aws_launch_template.web.id
  }
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

resource "aws_autoscaling_group" "web" {
  min_size           = 1
  max_size           = 3
  availability_zones = ["eu-west-1a"]

  launch_template {
    id      = aws_launch_template.web.id
    version = aws_launch_template.web.latest_version
  }

  instance_refresh {
    strategy = "Rolling"
  }
}
```

## How to fix

Write `version = aws_launch_template.NAME.latest_version`, and an `instance_refresh` into an Auto Scaling group.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from imdsguard import (
    Action,
    Estate,
    Judgement,
    Kind,
    Launch,
    Pin,
    Reason,
    ReasonKind,
    Renewal,
    Severity,
    Source,
    VersionUse,
    VersionWriter,
    failed,
    passed,
    sentence,
    undecided,
)

SEVERITY = Severity.WARNING

CONTROLS = {
    "AWS Config (our mapping)": ("ec2-launch-template-imdsv2-check",),
    "AWS Security Hub (our mapping)": ("EC2.170",),
}

ELSEWHERE = (
    'an aws_ec2_instance_metadata_defaults with http_tokens = "required", '
    "and a look at the versions that the pipeline has written"
)

REFRESH = 'instance_refresh {\n  strategy = "Rolling"\n}'

TO_THE_END = "checkpoint_percentages that end with 100"

KEEPING = {
    Renewal.KEPT: "running instances keep what they have, and the group has no instance_refresh to replace them",
    Renewal.ROOT_VOLUME: "its instance_refresh gives running instances a new root volume, and they keep the rest",
    Renewal.IN_PART: "its instance_refresh ends before all are replaced: checkpoint_percentages end below 100",
}
"""Why running instances do not get the edit, though Terraform may see the version change."""


def check(launch: Launch, estate: Estate) -> Iterable[Judgement]:
    """Judge each template that something launches through."""
    delivery = launch.delivery
    for writer in delivery.writers:
        yield written_elsewhere(launch, writer)
    state = launch.resource.action is Action.NONE and not launch.resource.place.line
    own = launch.kind is Kind.INSTANCE and launch.tokens.source is Source.LAUNCH
    if not delivery.versions or state or own:
        return
    templates = {template.address: template for template in estate.templates_of(launch)}
    clean = True
    for version in delivery.versions:
        template = templates.get(version.template)
        if template is None or template.delivery.changed == ():
            continue
        for judgement in judge(launch, version, template):
            clean = False
            yield judgement
    if clean:
        yield passed(launch)


def judge(launch: Launch, version: VersionUse, template: Launch) -> Iterable[Judgement]:
    """Say how an edit of the template gets lost, if it does."""
    latest = f"version = {relative(template)}.{template.delivery.latest_version}"
    place, trace = version.place, version.trace
    if launch.delivery.frozen:
        ignored = launch.delivery.frozen
        why = f"ignore_changes covers {'everything' if ignored == 'all' else ignored}, so it stays with its old version"
        remedy = (
            f"a lifecycle block whose ignore_changes leaves {'launch_template' if ignored == 'all' else ignored} alone"
        )
        yield failed(launch, lost(template, why), remedy=remedy, place=place, trace=trace)
        return
    once = launch.delivery.renewal is Renewal.RESOLVED_ONCE
    if once and version.pin in (Pin.LATEST, Pin.DEFAULT) and not made(launch):
        why = f"AWS looks {version.pin.value} up once, when the environment is made, and Terraform sees no change of it"
        yield from unless_followed(launch, version, template, why, latest)
        return
    moves = template.delivery.moves_default
    follows_default = version.pin in (Pin.DEFAULT, Pin.DEFAULT_VERSION)
    if version.pin is Pin.UNKNOWN or (follows_default and moves is None):
        moves_not = Reason(ReasonKind.NOT_COMPUTED, f"whether the default version of {template.address} moves")
        reason = version.reason or moves_not
        message = f"metadata_options of {template.address} may not reach it: {sentence(reason)}"
        yield undecided(launch, message, remedy=latest, place=place, trace=trace, because=reason)
    elif version.pin is Pin.NUMBER:
        which = f" {version.text}" if version.text else ""
        why = f"it launches version{which} and no other"
        yield failed(launch, lost(template, why), remedy=latest, place=place, trace=trace)
    elif follows_default and not moves:
        why = "it launches the default version, which stays what it is without update_default_version = true"
        yield failed(launch, lost(template, why), remedy=latest, place=place, trace=trace)
    else:
        yield from running(launch, version, template, latest)


def running(launch: Launch, version: VersionUse, template: Launch, latest: str) -> Iterable[Judgement]:
    """Say what running instances miss, where new ones get the edit."""
    seen = version.pin in (Pin.LATEST_VERSION, Pin.DEFAULT_VERSION)
    renewal = launch.delivery.renewal
    if renewal is Renewal.UNKNOWN and not version.followed and not made(launch):
        reason = launch.delivery.renewal_reason
        assert reason is not None, "an unknown renewal has its reason"
        message = f"{may_be_lost(template)}: {sentence(reason)}"
        found = undecided(launch, message, remedy=REFRESH, place=version.place, trace=version.trace, because=reason)
        yield replace(found, severity=Severity.NOTE)
    elif renewal is Renewal.REPLACED and not seen and launch.kind is Kind.GROUP:
        why = f"its instance_refresh does not start for {version.pin.value}: Terraform sees no change"
        yield from unless_followed(launch, version, template, why, latest)
    elif renewal is Renewal.REPLACED and not seen and launch.kind is Kind.INSTANCE:
        why = f"a running instance keeps what it was launched with, and Terraform sees no change of {version.pin.value}"
        yield from unless_followed(launch, version, template, why, latest, Severity.NOTE)
    elif renewal is not None and renewal in KEEPING:
        refresh = TO_THE_END if renewal is Renewal.IN_PART else REFRESH
        remedy = refresh if seen else f"{latest}\n{refresh}"
        yield from unless_followed(launch, version, template, KEEPING[renewal], remedy, Severity.NOTE)


def unless_followed(
    launch: Launch, version: VersionUse, template: Launch, why: str, remedy: str, severity: Severity | None = None
) -> Iterable[Judgement]:
    """Say that running instances miss the edit, if nothing else replaces them for a new version of the template."""
    place, trace = version.place, version.trace
    if version.unsure is not None and not made(launch):
        message = f"{may_be_lost(template)}: {why}, and {sentence(version.unsure)}"
        found = undecided(launch, message, remedy=remedy, place=place, trace=trace, because=version.unsure)
        yield replace(found, severity=Severity.NOTE)
    elif not version.followed and not made(launch):
        yield failed(launch, lost(template, why), remedy=remedy, place=place, trace=trace, severity=severity)


def made(launch: Launch) -> bool:
    """Whether this plan makes it, or makes it anew: then none of its instances is older than the plan."""
    return launch.resource.action in (Action.CREATE, Action.REPLACE)


def written_elsewhere(template: Launch, writer: VersionWriter) -> Judgement:
    """Say that versions of a template come from outside Terraform."""
    may = "may become" if writer.moves_default is None else "become"
    default = "" if writer.moves_default is False else f" and {may} its default"
    message = f"versions that {writer.address} writes outside Terraform{default} may not have its metadata_options"
    found = undecided(template, message, remedy=ELSEWHERE, place=writer.place)
    return replace(found, severity=Severity.NOTE)


def lost(template: Launch, why: str) -> str:
    """Open the message: a plan knows what changes, source only what would become of a change."""
    if template.delivery.changed is None:
        return f"an edit of metadata_options in {template.address} does not reach its instances: {why}"
    names = " and ".join(template.delivery.changed)
    return f"this plan changes {names} in {template.address}, which does not reach its instances: {why}"


def may_be_lost(template: Launch) -> str:
    """Open the message where it cannot be told."""
    return f"metadata_options of {template.address} may not reach its running instances"


def relative(template: Launch) -> str:
    """Name the template as code in its own module does."""
    module = template.resource.module
    return template.address.removeprefix(f"{module}.") if module else template.address
