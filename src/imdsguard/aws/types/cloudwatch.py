"""CloudWatch: alarms on metrics, composite alarms, rules that mute alarms, and rules on their events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.alarms import event_rules
from imdsguard.aws.alarms.alarm_reader import alarm_config, composite_config, mute_rule
from imdsguard.aws.types.resource_type import ResourceType
from imdsguard.model.record import record
from imdsguard.model.resource import Blocks
from imdsguard.model.value import Absent, Known, Unknown

if TYPE_CHECKING:
    from imdsguard.aws.alarms.alarm_config import AlarmConfig, CompositeConfig, MuteRule
    from imdsguard.aws.alarms.event_rules import EventRule, EventTarget
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.place import Place
    from imdsguard.model.resource import Body, Resource
    from imdsguard.model.value import Value

INSIDE = ("metric_name", "namespace")
"""What stands one level deeper in a `metric_stat`."""


@record(frozen=True, slots=True)
class Respelled:
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
        return Blocks(tuple(Respelled(item) for item in found.items), found.unknown)

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


def metric_alarm(resource: Resource, root: RootIndex) -> AlarmConfig | None:
    """Return what an alarm says; None if it surely is about something else than calls without a token.

    It is on one metric, on metric math, on a Metrics Insights query, or by PromQL.
    """
    return alarm_config(resource, resource.body, root)


def metric_alarm_by_cloud_control(resource: Resource, root: RootIndex) -> AlarmConfig | None:
    """Return the same of an alarm of Cloud Control: `metrics` for `metric_query`, dimensions as a list."""
    return alarm_config(resource, Respelled(resource.body), root)


def composite_alarm(resource: Resource) -> CompositeConfig:
    """Return what a composite alarm says: both providers spell it alike."""
    return composite_config(resource, resource.body)


def alarm_mute_rule(resource: Resource) -> MuteRule:
    """Return what a mute rule says: both providers spell it alike."""
    return mute_rule(resource, resource.body)


def event_rule(resource: Resource) -> EventRule:
    """Return what a rule of EventBridge says: both providers spell alike what counts."""
    return event_rules.event_rule(resource, resource.body)


def event_target(resource: Resource) -> EventTarget:
    """Return where a rule hands its events."""
    return event_rules.event_target(resource, resource.body)


TYPES: tuple[ResourceType, ...] = (
    ResourceType(name="aws_cloudwatch_metric_alarm", alarm=metric_alarm),
    ResourceType(name="awscc_cloudwatch_alarm", alarm=metric_alarm_by_cloud_control),
    ResourceType(name="aws_cloudwatch_composite_alarm", composite=composite_alarm),
    ResourceType(name="awscc_cloudwatch_composite_alarm", composite=composite_alarm),
    ResourceType(name="aws_cloudwatch_alarm_mute_rule", mute=alarm_mute_rule),
    ResourceType(name="awscc_cloudwatch_alarm_mute_rule", mute=alarm_mute_rule),
    ResourceType(name="aws_cloudwatch_event_rule", event_rule=event_rule),
    ResourceType(name="awscc_events_rule", event_rule=event_rule),
    ResourceType(name="aws_cloudwatch_event_target", event_target=event_target),
)
