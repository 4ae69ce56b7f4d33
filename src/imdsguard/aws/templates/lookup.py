"""Finding the launch template or launch configuration that a resource names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.precedence.scope import scope_of
from imdsguard.aws.precedence.settings import Settings, agreed, not_shown
from imdsguard.aws.types.registry import record_of
from imdsguard.aws.types.resource_type import SharedBy
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.value import Absent, Known, Unknown, name_of, text_of

if TYPE_CHECKING:
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.resource import Body, Resource
    from imdsguard.model.value import Reference, Value

KEYS = ("id", "launch_template_id", "template_id", "name", "launch_template_name")
NAMES = (*KEYS, "launch_configuration_name")
"""Attributes that stand for a template or a launch configuration."""


def template_of(block: Body, user: Resource, root: RootIndex) -> Settings:
    """Return the settings of the template that a `launch_template` (or `launch_template_specification`) block names.

    The version is not looked at: a state speaks of the newest configuration in the code.
    """
    values = [value for value in map(block.attribute, KEYS) if not isinstance(value, Absent)]
    for value in values:
        found = named_by(value, user, root, SharedBy.TEMPLATE)
        if found is not None:
            return root.settings(found)
    for value in values:
        candidates = _one_of(value, user, root, SharedBy.TEMPLATE)
        if candidates is not None:
            return candidates
    for value in values:
        candidates = _one_of(value, user, root, SharedBy.TEMPLATE)
        if candidates is not None:
            return candidates
    if not values:
        return not_shown(
            Reason(ReasonKind.NAMES_NOTHING, "the block", "launch template"), user.address, Absent(block.place)
        )
    return _not_found(next((v for v in values if isinstance(v, Known)), values[0]), "launch template")


def configuration_of(value: Value, user: Resource, root: RootIndex) -> Settings:
    """Return the settings of the launch configuration that `launch_configuration = value` names."""
    found = named_by(value, user, root, SharedBy.CONFIGURATION)
    if found is not None:
        return root.settings(found)
    return _one_of(value, user, root, SharedBy.CONFIGURATION) or _not_found(value, "launch configuration")


def _one_of(value: Value, user: Resource, root: RootIndex, shared_by: SharedBy) -> Settings | None:
    """Return what all agree on that a value may name, where it can name nothing else; None where it may."""
    if not isinstance(value, Unknown) or not value.choices:
        return None
    found: dict[str, Settings] = {}
    for choice in value.choices:
        named = named_by(Unknown(value.reason, (choice,), exact=True), user, root, shared_by)
        if named is None:
            return None
        found[named.address] = root.settings(named)
    settings = tuple(found.values())
    if len(settings) == 1:
        return settings[0]
    which = Reason(ReasonKind.NOT_COMPUTED, f"which of {' and '.join(found)} is used", cause=value.reason)
    return agreed(settings, [root.image_layer(each.image) for each in settings], which, value)


def named_by(value: Value, user: Resource, root: RootIndex, shared_by: SharedBy) -> Resource | None:
    """Return the resource in the code that an id or a name stands for.

    Names count within one account and Region; an id is that of one template in all the world.
    """
    name = name_of(value)
    if name is not None:
        scope = scope_of(user)
        for resource in root.named(name, shared_by):
            same = scope.same(scope_of(resource))
            if (same or (same is None and name in _ids(resource))) and _is_there(resource, user):
                return resource
    reference = value.reference if isinstance(value, Unknown) else None
    if reference is None or not _names(reference):
        return None
    found = root.find(reference)
    record = record_of(found.kind) if found is not None else None
    return found if record is not None and record.shared is not None else None


def _is_there(resource: Resource, user: Resource) -> bool:
    """Whether what has the name is made wherever its user is.

    Where only another workspace makes it, the name is that of something outside the code in all others.
    """
    doubt = resource.instances
    if resource.certain or doubt is None or not doubt.reason.comes_to(ReasonKind.NO_WORKSPACE):
        return True
    return doubt.symbol is not None and user.instances is not None and user.instances.symbol == doubt.symbol


def _ids(resource: Resource) -> tuple[str | None, ...]:
    return tuple(text_of(resource.body.attribute(name)) for name in ("id", "launch_template_id"))


def _names(reference: Reference) -> bool:
    """Whether it is an attribute by which a template or configuration is named.

    An empty one is too: a plan shows `x[each.key].id` as a reference to `x["key"]`.
    """
    return not reference.attribute or (len(reference.attribute) == 1 and reference.attribute[0] in NAMES)


def _not_found(value: Value, what: str) -> Settings:
    if isinstance(value, Known):
        label = f"{what} {value.value}" if isinstance(value.value, str) and not value.sensitive else what
        return not_shown(Reason(ReasonKind.NOT_IN_CODE, label), label, value)
    assert isinstance(value, Unknown)
    if value.reference is not None and what.replace(" ", "_") in value.reference.address:
        label = f"{what} {value.reference}"
        return not_shown(Reason(ReasonKind.NOT_IN_CODE, label), label, value)
    return not_shown(Reason(ReasonKind.NOT_COMPUTED, f"which {what} is used", cause=value.reason), what, value)
