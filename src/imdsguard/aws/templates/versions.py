"""Which versions of launch templates are launched, and whether a change of a template gets there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.precedence.layer import read_options
from imdsguard.aws.root_index import without_key
from imdsguard.aws.templates.lookup import template_of
from imdsguard.aws.templates.version_attributes import ATTRIBUTES
from imdsguard.aws.types.registry import record_of
from imdsguard.model.delivery import Pin, Renewal, VersionUse
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.record import replace
from imdsguard.model.resource import Action
from imdsguard.model.value import Absent, Known, Reference, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.aws.root_index import RootIndex
    from imdsguard.aws.types.resource_type import TemplatePaths
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Body, Resource
    from imdsguard.model.value import Value

WORDS = {"$Latest": Pin.LATEST, "$Default": Pin.DEFAULT}


def versions_of(launch: Launch, root: RootIndex) -> tuple[VersionUse, ...]:
    """Return the templates in the code that a resource launches through, each with the version it names.

    The version is unknown where nobody has said where the type names it.
    """
    resource = launch.resource
    paths = _paths(resource)
    if paths is None:
        reason = Reason(ReasonKind.VERSION_UNREAD, resource.type)
        templates = (root.find(Reference(address)) for address in launch.via)
        return tuple(
            VersionUse(found.address, Pin.UNKNOWN, reason=reason, place=resource.place)
            for found in templates
            if found is not None and _has_versions(found)
        )
    found: dict[VersionUse, None] = {}
    for path in paths:
        for block in _blocks(resource.body, path):
            template = template_of(block, resource, root).address
            if template:
                followed = _followed(resource, template, root)
                unsure = followed if isinstance(followed, Reason) else None
                version = _version(block, template)
                found[replace(version, followed=None if unsure else bool(followed), unsure=unsure)] = None
    return tuple(found)


def _followed(resource: Resource, template: str, root: RootIndex) -> bool | Reason:
    """Say whether running instances are replaced for a new version of a template, however the version is named.

    (Terraform language, `replace_triggered_by`)
    """
    elsewhere = None
    for trigger in resource.replaced_by:
        named = trigger.address in (template, without_key(template))
        if named and (not trigger.attribute or trigger.attribute[0] in ATTRIBUTES):
            return True
        if not named and root.find(trigger) is None:
            elsewhere = Reason(ReasonKind.NOT_COMPUTED, f"whether {trigger} changes with {template}")
    record = record_of(resource.kind)
    by_type = record.followed(resource, template) if record is not None and record.followed is not None else False
    return by_type or elsewhere or False


def _paths(resource: Resource) -> TemplatePaths | None:
    """The blocks on the way to where the resource names templates; None where nobody has said."""
    record = record_of(resource.kind)
    return record.template_paths if record is not None else None


def _has_versions(resource: Resource) -> bool:
    record = record_of(resource.kind)
    return record is not None and record.shared is not None and record.shared.versions is not None


def _blocks(body: Body, path: tuple[str, ...]) -> Iterator[Body]:
    for block in body.blocks(path[0]).items:
        if len(path) == 1:
            yield block
        else:
            yield from _blocks(block, path[1:])


def _version(block: Body, template: str) -> VersionUse:
    """Read `version`: nothing, and an empty string, mean the default version.

    (EC2 API, LaunchTemplateSpecification)
    """
    value = block.attribute("version")
    place = value.place or block.place
    if isinstance(value, Absent):
        return VersionUse(template, Pin.DEFAULT, place=block.place)
    if isinstance(value, Unknown):
        named = (value.reference,) if value.reference is not None else value.choices
        pins = {ATTRIBUTES.get(str(each.attribute[0])) if each.attribute else None for each in named}
        pin = pins.pop() if len(pins) == 1 else None
        reason = None if pin else value.reason
        return VersionUse(template, pin or Pin.UNKNOWN, reason=reason, place=place, trace=value.trace)
    if value.value == "":
        return VersionUse(template, Pin.DEFAULT, place=place, trace=value.trace)
    if isinstance(value.value, str) and value.value in WORDS:
        return VersionUse(template, WORDS[value.value], place=place, trace=value.trace)
    text = "" if value.sensitive else str(value.value)[:20]
    return VersionUse(template, Pin.NUMBER, text, place=place, trace=value.trace)


def renewal_of(resource: Resource) -> tuple[Renewal | None, Reason | None]:
    """Say what becomes of running instances when the version changes, or why that cannot be told.

    Neither where it is not documented.
    """
    record = record_of(resource.kind)
    found = record.renewal(resource) if record is not None and record.renewal is not None else None
    return (Renewal.UNKNOWN, found) if isinstance(found, Reason) else (found, None)


def replaced(_: Resource) -> Renewal:
    """Say that a changed version reaches what runs: instances are replaced; EKS updates the nodes of a group."""
    return Renewal.REPLACED


def frozen_by(resource: Resource) -> str:
    """Return the argument under `ignore_changes` that keeps the resource at its first version, or nothing."""
    if "all" in resource.ignored:
        return "all"
    names = [path[0] for path in _paths(resource) or ()]
    return next((name for name in names if name in resource.ignored), "")


def changed_options(template: Resource) -> tuple[str, ...] | None:
    """Return the metadata options that this plan changes in a template; None where nothing is planned."""
    if template.action is Action.NONE:
        return None
    if template.action is not Action.UPDATE or template.before is None:
        return ()
    record = record_of(template.kind)
    path = record.options.path if record is not None and record.options is not None else ()
    before, after = _options(template.before, path), _options(template.body, path)
    return tuple(name for name, value in after.items() if _differs(value, before.get(name)))


def _options(body: Body, path: tuple[str, ...]) -> dict[str, Value]:
    blocks = list(_blocks(body, path)) if path else []
    return read_options(blocks[0]) if len(blocks) == 1 else {}


def _differs(after: Value, before: Value | None) -> bool:
    return isinstance(after, Known) and not (isinstance(before, Known) and before.value == after.value)
