"""The dimensions of a metric: whom they name, and what the metric then looks at.

The token metrics are published by InstanceId and by nothing else that is documented: other combinations have no data.
(EC2 User Guide, "CloudWatch metrics that are available for your instances")
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from imdsguard.aws.alarms.alarm_config import Dimensions
from imdsguard.aws.alarms.selector import SINGLE, GivenId, InDoubt, OneInstance
from imdsguard.aws.root_index import without_key
from imdsguard.aws.types import capability
from imdsguard.aws.types.registry import record_of
from imdsguard.aws.types.resource_type import NO_IDENTITY
from imdsguard.model.launch import Kind
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.value import Absent, Known, Unknown, name_of

if TYPE_CHECKING:
    from imdsguard.aws.alarms.selector import MetricSelector
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.aws.types.resource_type import MetricIdentity
    from imdsguard.model.resource import Resource
    from imdsguard.model.value import Value

BY_ID = "InstanceId"
BY_GROUP = "AutoScalingGroupName"
BY_OTHER = (BY_GROUP, "ImageId", "InstanceType")
GROUPED = frozenset({Kind.GROUP, Kind.NODE_GROUP})
PREFIX, UNIQUE, MADE = "terraform-", 26, re.compile("[0-9a-f]{26}")
"""Names that Terraform makes: a prefix, 26 hexadecimal digits (terraform-provider-aws, internal/create/naming.go)."""


def identity_of(resource: Resource) -> MetricIdentity | None:
    """By what CloudWatch knows the instances of a resource; None for a type that launches of which nobody has said."""
    record = record_of(resource.kind)
    return record.identity if record is not None and record.launches is not None else NO_IDENTITY


def dimensions_of(value: Value, root: RootIndex) -> Dimensions:
    """Read dimensions, and find whom they name."""
    if isinstance(value, Unknown):
        return _whole(value, root)
    if isinstance(value, Absent):
        return Dimensions(value, (), "", Absent())
    if not isinstance(value.value, Mapping):
        return Dimensions(value, None, "", Absent())
    names = tuple(value.value)
    if len(names) != 1:
        return Dimensions(value, names, "", Absent())
    (key,) = names
    return _named(value, names, key, value.value[key], root)


def selectors_of(dimensions: Dimensions) -> tuple[MetricSelector, ...]:
    """Return what a token metric with these dimensions looks at; nothing if it has no data."""
    given = dimensions.given
    if dimensions.key == BY_ID:
        return _instance(dimensions)
    if dimensions.key == BY_GROUP:
        return (_group(dimensions),)
    if dimensions.key in BY_OTHER:
        return (InDoubt(Reason(ReasonKind.DIMENSION_UNDOCUMENTED, dimensions.key)),)
    if dimensions.names is None and isinstance(given, Unknown):
        return (
            InDoubt(Reason(ReasonKind.NOT_COMPUTED, "the alarm's dimensions", cause=given.reason), dimensions.among),
        )
    return ()


def names_no_instance(dimensions: Dimensions) -> bool:
    """Whether an InstanceId surely is another attribute than the id of an instance."""
    reference = dimensions.given.reference if isinstance(dimensions.given, Unknown) else None
    if reference is None or not reference.attribute or dimensions.found is None:
        return False
    identity = identity_of(dimensions.found)
    return identity is not None and reference.attribute not in identity.instance_ids


def _whole(value: Unknown, root: RootIndex) -> Dimensions:
    """Read dimensions that are unknown as a whole: so a plan shows a map that holds one attribute known after apply."""
    found = root.find(value.reference) if value.reference is not None else None
    identity = identity_of(found) if found is not None else None
    if identity is not None and identity.instance_ids:
        return _named(value, None, BY_ID, value, root)
    if identity is not None and identity.group_name:
        return _named(value, None, BY_GROUP, value, root)
    return Dimensions(value, None, "", value, None, _among(value, root))


def _named(value: Value, names: tuple[str, ...] | None, key: str, given: Value, root: RootIndex) -> Dimensions:
    reference = given.reference if isinstance(given, Unknown) else None
    found = root.find(reference) if reference is not None else None
    among = None
    if key == BY_GROUP:
        among = _groups(given, found, root)
    elif key == BY_ID and isinstance(given, Unknown) and found is None:
        among = _among(given, root)
    return Dimensions(value, names, key, given, found, among)


def _among(value: Unknown, root: RootIndex) -> frozenset[str] | None:
    """Return the resources that an unknown is built from, if all of those are in the code."""
    if value.references and all(root.find(reference) is not None for reference in value.references):
        return frozenset(without_key(reference.address) for reference in value.references)
    return None


def _groups(given: Value, found: Resource | None, root: RootIndex) -> frozenset[str] | None:
    """Return the groups that a name may be of."""
    name = name_of(given)
    if name is not None:
        return root.once(GroupNames).called(name)
    if found is not None and isinstance(given, Unknown) and given.reference is not None:
        return frozenset({found.address})
    return None


class GroupNames:
    """What launches in a root module, by the name of its group.

    Where the code gives none, Terraform makes one of a prefix, or AWS does.
    """

    def __init__(self, root: RootIndex) -> None:
        self._named: dict[str, set[str]] = {}
        self._made: dict[str, set[str]] = {}
        unnamed: set[str] = set()
        for resource, _ in root.capable(capability.launches):
            identity = identity_of(resource)
            if identity is not None and identity.instance_ids:
                continue  # no group
            name = resource.body.attribute(identity.group_name) if identity and identity.group_name else None
            given = name_of(name) if name is not None else None
            prefix = _prefix_of(resource, identity.name_prefix) if identity and isinstance(name, Absent) else None
            if given is not None:
                self._named.setdefault(given, set()).add(resource.address)
            elif prefix is not None:
                self._made.setdefault(prefix, set()).add(resource.address)
            else:
                unnamed.add(resource.address)
        self._unnamed = frozenset(unnamed)

    def called(self, name: str) -> frozenset[str]:
        """Return the addresses of what has this name, or may have."""
        found = self._named.get(name, set())
        if self._made and MADE.fullmatch(name[-UNIQUE:]):
            found = found.union(self._made.get(name[:-UNIQUE], ()))
        return self._unnamed.union(found) if found else self._unnamed


def _prefix_of(resource: Resource, name_prefix: str) -> str | None:
    """Return the prefix of the name that Terraform makes; None where it makes none, or that cannot be told."""
    if not name_prefix:
        return None
    prefix = resource.body.attribute(name_prefix)
    return PREFIX if isinstance(prefix, Absent) else name_of(prefix)


def _instance(dimensions: Dimensions) -> tuple[MetricSelector, ...]:
    given = dimensions.given
    if isinstance(given, Known):
        return (GivenId(given.value),) if isinstance(given.value, str) and given.value else ()
    if isinstance(given, Absent):
        return ()
    if given.reference is None or dimensions.found is None:
        reason = Reason(ReasonKind.NOT_COMPUTED, "the alarm's InstanceId", cause=given.reason)
        return (InDoubt(reason, dimensions.among, SINGLE),)
    if given.reference.attribute and identity_of(dimensions.found) is None:
        address = frozenset({without_key(given.reference.address)})
        return (InDoubt(Reason(ReasonKind.ID_UNSURE, str(given.reference)), address),)
    if names_no_instance(dimensions):
        return ()  # another attribute than the instance's id: no data
    return (OneInstance(given.reference.address),)


def _group(dimensions: Dimensions) -> MetricSelector:
    """An Auto Scaling group's name: nobody says whether AWS publishes the metric for groups."""
    reason = Reason(ReasonKind.GROUP_UNDOCUMENTED, BY_GROUP)
    return InDoubt(reason, dimensions.among, None if dimensions.found is not None else GROUPED)
