"""Edits for the rules about metadata options: tokens, the hop limit, and what is never sent."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.types.option_paths import options_path
from imdsguard.fix.declares import option
from imdsguard.fix.proof import Proposal
from imdsguard.model.launch import Kind
from imdsguard.model.option import HOP_LIMIT, HTTP_ENDPOINT, HTTP_TOKENS
from imdsguard.model.severity import Confidence
from imdsguard.model.value import Known
from imdsguard.run.deciding import deciding
from imdsguard.terraform.decided.changes import NewArguments, NewBlock, NewItems, Replaced
from imdsguard.terraform.decided.option_places import option_changes
from imdsguard.terraform.decided.supposed import supposed_option

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.fix.change import Change
    from imdsguard.fix.tree import Judged
    from imdsguard.model.finding import Finding
    from imdsguard.terraform.decided.written import Written

BEYOND = "it reaches every launch of the account in this Region, those outside this code, too"
RAISED = "containers on it reach the role of their host then, and that may be what the limit was to keep from them"
CONTAINERS = "the code shows no containers that need the second hop, and it may not show all that runs there"


def tokens(finding: Finding, judged: Judged) -> Iterator[Proposal]:
    """Propose to require tokens, where the answer comes from."""
    yield from _option(finding, judged, HTTP_TOKENS, "required")


def hop_limit(finding: Finding, judged: Judged) -> Iterator[Proposal]:
    """Propose the hop limit that the rule asks for."""
    number = finding.instead.get(HOP_LIMIT) if finding.instead is not None else None
    if not isinstance(number, int):
        return
    launch = judged.launch_of(finding)
    raised = launch is not None and int(launch.options[HOP_LIMIT].effective or 1) < number
    doubt = (RAISED,) if raised else () if finding.confidence is Confidence.HIGH else (CONTAINERS,)
    yield from _option(finding, judged, HOP_LIMIT, number, doubt)


def _option(
    finding: Finding, judged: Judged, name: str, value: Written, why_unsafe: tuple[str, ...] = ()
) -> Iterator[Proposal]:
    launch = judged.launch_of(finding)
    if launch is None:
        return
    declared = option(name)
    for resource in deciding(launch, name, judged.resources(), judged.estate):
        path = options_path(resource)
        if path is None:
            continue
        beyond = () if path else (BEYOND,)
        for change in option_changes(resource, path, name, value):
            if not isinstance(found := supposed_option(resource, path, name, change), Known) or found.value == value:
                yield Proposal(change, said(change, name, value), declared, (*why_unsafe, *beyond))


def said(change: Change, name: str, value: Written) -> str:
    """Say in words what a change does."""
    from imdsguard.terraform.decided.written import native

    setting = f"{name} = {native(value)}" if not isinstance(value, dict) else name
    if isinstance(change, Replaced) and change.value == value:
        return f"{setting} where it is decided"
    if isinstance(change, Replaced) and isinstance(change.value, (bool, str, int)):
        return f"the switch that leads to {setting}"
    if isinstance(change, NewBlock):
        return f"a block {change.type} with {setting}"
    if isinstance(change, (NewArguments, NewItems)) and name not in change.values:
        return f"{', '.join(change.values)} with {setting}"
    return setting


def never_sent(finding: Finding, judged: Judged) -> Iterator[Proposal]:
    """Propose to write what makes AWS get the options, or to take them out of `ignore_changes`."""
    from imdsguard.fix.ignored import without_ignored

    resource = judged.resource_of(finding)
    launch = judged.launch_of(finding)
    path = options_path(resource) if resource is not None else None
    if resource is None or path is None:
        return
    if finding.place is not None and resource.ignored:
        names = frozenset(path[:1]) or frozenset({HTTP_TOKENS, HTTP_ENDPOINT, HOP_LIMIT})
        yield from without_ignored(resource, names)
    if launch is not None and launch.kind is not Kind.SPOT_REQUEST:
        for name, value in ((HTTP_TOKENS, "required"), (HTTP_ENDPOINT, "enabled")):
            for change in option_changes(resource, path, name, value):
                yield Proposal(change, said(change, name, value), option(HTTP_TOKENS))
