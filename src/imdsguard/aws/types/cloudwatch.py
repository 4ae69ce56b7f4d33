"""CloudWatch: alarms on metrics, composite alarms, and rules that mute alarms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.alarms.faults.alarm_faults import watches_of
from imdsguard.aws.types.resource_type import ResourceType
from imdsguard.model.record import record
from imdsguard.model.resource import Blocks
from imdsguard.model.value import Absent, Known, Unknown

if TYPE_CHECKING:
    from imdsguard.aws.alarms.selector import AlarmTarget
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.place import Place
    from imdsguard.model.resource import Body, Resource
    from imdsguard.model.value import Value

INSIDE = ("metric_name", "namespace")
"""What stands one level deeper in a `metric_stat`."""


@record(frozen=True, slots=True)
class Translated:
    """An alarm of Cloud Control, its blocks and dimensions spelled as the `aws` provider spells them."""

    body: Body

    @property
    def place(self) -> Place:
        """Where the block stands."""
        return self.body.place

    def attribute(self, name: str) -> Value:
        """Return an argument; a metric's name, and its dimensions, wherever they stand."""
        if name == "dimensions":
            return self._dimensions()
        value = self.body.attribute(name)
        if name in INSIDE and isinstance(value, Absent):
            for metric in self.body.blocks("metric").items:
                return metric.attribute(name)
        if name == "return_data" and isinstance(value, Absent):
            return Known(value=True, place=value.place)  # CloudWatch API, MetricDataQuery: the default
        return value

    def blocks(self, name: str) -> Blocks:
        """Return nested objects."""
        spelled = {"metric_query": "metrics", "metric": "metric_stat"}.get(name, name)
        found = self.body.blocks(spelled)
        return Blocks(tuple(Translated(item) for item in found.items), found.unknown)

    def _dimensions(self) -> Value:
        bodies = [*self.body.blocks("metric").items, self.body]
        for body in bodies:
            found = body.blocks("dimensions")
            if found.unknown is not None:
                return found.unknown
            entries: dict[str, Value] = {}
            for item in found.items:
                name, value = item.attribute("name"), item.attribute("value")
                if not isinstance(name, Known) or not isinstance(name.value, str):
                    return name if isinstance(name, Unknown) else Absent(self.place)
                entries[name.value] = value
            if entries:
                return Known(entries, self.place)
        return Absent(self.place)


def metric_alarm(resource: Resource, root: RootIndex) -> tuple[AlarmTarget, ...]:
    """Return what an alarm watches of the token metrics: nothing for an alarm on something else.

    It is on one metric, on metric math, on a Metrics Insights query, or by PromQL.
    """
    return watches_of(resource, resource.body, root)


def metric_alarm_by_cloud_control(resource: Resource, root: RootIndex) -> tuple[AlarmTarget, ...]:
    """Return the same of an alarm of Cloud Control: `metrics` for `metric_query`, dimensions as a list."""
    return watches_of(resource, Translated(resource.body), root)


def as_written(resource: Resource) -> Body:
    """Return what a composite alarm or a mute rule says: both providers spell it alike."""
    return resource.body


TYPES: tuple[ResourceType, ...] = (
    ResourceType(name="aws_cloudwatch_metric_alarm", alarm=metric_alarm),
    ResourceType(name="awscc_cloudwatch_alarm", alarm=metric_alarm_by_cloud_control),
    ResourceType(name="aws_cloudwatch_composite_alarm", composite=as_written),
    ResourceType(name="awscc_cloudwatch_composite_alarm", composite=as_written),
    ResourceType(name="aws_cloudwatch_alarm_mute_rule", mute=as_written),
    ResourceType(name="awscc_cloudwatch_alarm_mute_rule", mute=as_written),
)
