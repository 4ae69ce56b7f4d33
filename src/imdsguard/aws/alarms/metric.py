"""One metric of an alarm: its name and its dimensions, from an alarm's own arguments or a `metric` block."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from imdsguard.aws.alarms.selector import REJECTED, SINGLE, TOKENLESS, GivenId, InDoubt, MetricSelector, OneInstance
from imdsguard.aws.root_index import without_key
from imdsguard.aws.types import capability
from imdsguard.aws.types.registry import record_of
from imdsguard.aws.types.resource_type import NO_IDENTITY
from imdsguard.model.launch import Kind
from imdsguard.model.value import Absent, Known, Unknown, text_of

if TYPE_CHECKING:
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.aws.types.resource_type import MetricIdentity
    from imdsguard.model.resource import Body, Resource
    from imdsguard.model.value import Value

METRICS = (REJECTED, TOKENLESS)
NAMESPACE = "AWS/EC2"
GROUPED = frozenset({Kind.GROUP, Kind.NODE_GROUP})
UNIDENTIFIED = "whether {} is the id of an instance is not known"
UNPUBLISHED = "whether AWS publishes the metric by {} is not documented"


def identity_of(resource: Resource) -> MetricIdentity | None:
    """By what CloudWatch knows the instances of a resource; None for a type that launches of which nobody has said."""
    record = record_of(resource.kind)
    return record.identity if record is not None and record.launches is not None else NO_IDENTITY


def unsure_of(body: Body, metric: str) -> str | bool:
    """Compare namespace and metric name: False for another metric, True for this one, a reason if it cannot be told."""
    reason = ""
    for name, wanted in (("metric_name", metric), ("namespace", NAMESPACE)):
        value = body.attribute(name)
        if isinstance(value, Unknown):
            reason = reason or f"the alarm's {name} cannot be computed: {value.reason}"
        elif isinstance(value, Absent) or value.value != wanted:
            return False
    return reason or True


def sights_of(body: Body, root: RootIndex) -> tuple[MetricSelector, ...]:
    """Return what a metric with these dimensions looks at.

    The metric is published by InstanceId and by nothing else that is documented: other combinations have no data.
    (EC2 User Guide, "CloudWatch metrics that are available for your instances")
    """
    value = body.attribute("dimensions")
    if isinstance(value, Unknown):
        return _whole(value, root)
    if isinstance(value, Absent) or not isinstance(value.value, Mapping) or len(value.value) != 1:
        return ()
    (name, dimension), *_ = value.value.items()
    if name == "InstanceId":
        return _instance(dimension, root)
    if name == "AutoScalingGroupName":
        return _group(dimension, root)
    if name in ("ImageId", "InstanceType"):
        return (InDoubt(UNPUBLISHED.format(name)),)
    return ()


def _whole(value: Unknown, root: RootIndex) -> tuple[MetricSelector, ...]:
    """Read dimensions that are unknown as a whole: so a plan shows a map that holds one attribute known after apply."""
    found = root.find(value.reference) if value.reference is not None else None
    identity = identity_of(found) if found is not None else None
    if identity is not None and identity.instance_ids:
        return _instance(value, root)
    if identity is not None and identity.group_name:
        return _group(value, root)
    return (_unknown(value, "dimensions", root, None),)


def _instance(value: Value, root: RootIndex) -> tuple[MetricSelector, ...]:
    if isinstance(value, Known):
        return (GivenId(value.value),) if isinstance(value.value, str) and value.value else ()
    if isinstance(value, Absent):
        return ()
    reference = value.reference
    if reference is None:
        return (_unknown(value, "InstanceId", root, SINGLE),)
    found = root.find(reference)
    if found is None:
        return (_unknown(value, "InstanceId", root, SINGLE),)
    identity = identity_of(found)
    if reference.attribute and identity is None:
        return (InDoubt(UNIDENTIFIED.format(reference), frozenset({without_key(reference.address)})),)
    if reference.attribute and identity is not None and reference.attribute not in identity.instance_ids:
        return ()  # another attribute than the instance's id: no data
    return (OneInstance(reference.address),)


def _group(value: Value, root: RootIndex) -> tuple[MetricSelector, ...]:
    """An Auto Scaling group's name: nobody says whether AWS publishes the metric for groups."""
    reason = UNPUBLISHED.format("AutoScalingGroupName") + ": a Metrics Insights query takes in every instance"
    text = text_of(value)
    if text is not None:
        return (InDoubt(reason, frozenset(without_key(address) for address in _may_be_called(text, root)), GROUPED),)
    if isinstance(value, Unknown) and value.reference is not None and root.find(value.reference) is not None:
        return (InDoubt(reason, frozenset({without_key(value.reference.address)})),)
    return (InDoubt(reason, kinds=GROUPED),)


def _may_be_called(name: str, root: RootIndex) -> Iterator[str]:
    """Yield the groups that have this name, or may have: AWS makes names where the code gives none."""
    for resource, _ in root.capable(capability.launches):
        identity = identity_of(resource)
        given = text_of(resource.body.attribute(identity.group_name)) if identity and identity.group_name else None
        if given is None or given == name:
            yield resource.address


def _unknown(value: Unknown, what: str, root: RootIndex, kinds: frozenset[Kind] | None) -> MetricSelector:
    """Make the sight of an unknown: limited to the resources it is built from, if all of those are in the code."""
    reason = f"the alarm's {what} cannot be computed: {value.reason}"
    addresses = None
    if value.references and all(root.find(reference) is not None for reference in value.references):
        addresses = frozenset(without_key(reference.address) for reference in value.references)
    return InDoubt(reason, addresses, kinds)
