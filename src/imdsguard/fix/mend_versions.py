"""Edits for launches that stay with an old version of their launch template."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imdsguard.fix.change import Several
from imdsguard.fix.declares import version
from imdsguard.fix.ignored import without_ignored
from imdsguard.fix.proof import Declared, Proposal
from imdsguard.model.delivery import Pin, Renewal
from imdsguard.model.instead import Expression
from imdsguard.terraform.decided.changes import NewArguments, NewBlock, Replaced
from imdsguard.terraform.source.body import SourceBody

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from imdsguard.fix.compare import Path
    from imdsguard.fix.tree import Judged
    from imdsguard.hcl.syntax.body import SourceExpression
    from imdsguard.model.finding import Finding
    from imdsguard.model.resource import Resource
    from imdsguard.terraform.decided.written import Written
    from imdsguard.terraform.source.merged_body import MergedBody

REPLACES = "{} replaces its running instances, one after the other, whenever the template changes"
MOVES = "{} gets the newest version of the template at the next apply, with all that has changed since the one it has"
ROLLING: Mapping[str, Written] = {"strategy": "Rolling"}
_NAMED = re.compile(r"(?P<template>aws(?:cc)?_\w+\.[\w-]+(?:\[[^\]]+\])?)\.(?:id|name|launch_template_id)").fullmatch


def _refresh(_: Resource, path: Path) -> bool:
    return path[0] == "instance_refresh"


def _version_and_refresh(resource: Resource, path: Path) -> bool:
    return _refresh(resource, path) or version(resource, path)


def stale(finding: Finding, judged: Judged) -> Iterator[Proposal]:
    """Propose the template's newest version, or an instance refresh where running instances keep what they have."""
    launch = judged.launch_of(finding)
    if launch is None or not isinstance(launch.resource.body, SourceBody):
        return
    merged = launch.resource.body.merged
    if launch.delivery.frozen:
        yield from without_ignored(launch.resource, frozenset({launch.delivery.frozen}))
        return
    seen = any(each.pin in (Pin.LATEST_VERSION, Pin.DEFAULT_VERSION) for each in launch.delivery.versions)
    if launch.delivery.renewal is Renewal.KEPT and seen and not merged.nested("instance_refresh"):
        title = "an instance_refresh, so that running instances get it"
        added = NewBlock(merged.bodies[0], "instance_refresh", ROLLING)
        yield Proposal(added, title, Declared(values=_refresh), (REPLACES.format(finding.address),))
    follows = frozenset({"launch-template-version-stale"}) if launch.delivery.renewal is Renewal.KEPT else frozenset()
    for block in _blocks(merged):
        latest = _latest(block)
        if latest is None:
            continue
        title = f"version = {latest.text}"
        declared = Declared(values=version, follows=follows)
        why = (MOVES.format(finding.address),)
        expression = block.expression("version")
        change = (
            NewArguments(block.bodies[-1], {"version": latest}, ("id", "name"))
            if expression is None
            else Replaced(expression.place, latest)
        )
        yield Proposal(change, title, declared, why)
        if launch.delivery.renewal is Renewal.KEPT and not merged.nested("instance_refresh"):
            # The name of a version does not change with the template: no refresh starts by it.
            both = Declared(values=_version_and_refresh, follows=follows)
            said = f"{title}, and an instance_refresh, so that running instances get it"
            refreshing = (*why, REPLACES.format(finding.address))
            yield Proposal(
                Several((change, NewBlock(merged.bodies[0], "instance_refresh", ROLLING))), said, both, refreshing
            )


def _blocks(merged: MergedBody) -> Iterator[MergedBody]:
    """The blocks in which a launch template may be named, however deep."""
    for type_ in merged.types():
        for nested in merged.nested(type_):
            body = nested.body.first("content") if nested.dynamic else nested.body
            if body is None:
                continue
            if type_ in ("launch_template", "launch_template_specification"):
                yield body
            yield from _blocks(body)


def _latest(block: MergedBody) -> Expression | None:
    """The template's newest version, named as the block names the template; None where it is named otherwise."""
    for name in ("id", "name", "launch_template_id", "launch_template_name"):
        expression = block.expression(name)
        match = _NAMED(_text(expression.source)) if expression is not None else None
        if match is not None:
            return Expression(f"{match['template']}.latest_version")
    return None


def _text(source: SourceExpression) -> str:
    text: str = getattr(source, "text", "")
    value = getattr(source, "value", None)
    content = getattr(value, "content", None)
    if isinstance(content, str):  # JSON: "${aws_launch_template.web.id}"
        return content.removeprefix("${").removesuffix("}").strip()
    return text.strip()
