"""The fields by which resources are sought in a root module: see `RootIndex.capable`."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from imdsguard.aws.alarms.alarm_config import AlarmConfig, CompositeConfig, MuteRule
    from imdsguard.aws.alarms.event_rules import EventRule, EventTarget
    from imdsguard.aws.precedence.layer import Layer
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.aws.types.code_run import CodeRun
    from imdsguard.aws.types.resource_type import ImageType, Launches, ResourceType, SharedSettings, TagAdder
    from imdsguard.model.delivery import VersionWriter
    from imdsguard.model.organization import OrganizationPolicy
    from imdsguard.model.region_default import RegionDefault
    from imdsguard.model.resource import Resource
    from imdsguard.model.value import Value


def launches(record: ResourceType) -> Launches | None:
    """What starts instances, or says how."""
    return record.launches


def shared(record: ResourceType) -> SharedSettings | None:
    """What others launch through."""
    return record.shared


def image(record: ResourceType) -> ImageType | None:
    """Images."""
    return record.image


def region_default(record: ResourceType) -> Callable[[Resource], tuple[RegionDefault, Layer]] | None:
    """Defaults of accounts for Regions."""
    return record.region_default


def alarm(record: ResourceType) -> Callable[[Resource, RootIndex], AlarmConfig | None] | None:
    """Alarms on metrics."""
    return record.alarm


def composite(record: ResourceType) -> Callable[[Resource], CompositeConfig] | None:
    """Composite alarms."""
    return record.composite


def mute(record: ResourceType) -> Callable[[Resource], MuteRule] | None:
    """What mutes alarms."""
    return record.mute


def event_rule(record: ResourceType) -> Callable[[Resource], EventRule] | None:
    """Rules of EventBridge."""
    return record.event_rule


def event_target(record: ResourceType) -> Callable[[Resource], EventTarget] | None:
    """Targets of such rules."""
    return record.event_target


def organization_policy(record: ResourceType) -> Callable[[Resource, RootIndex], OrganizationPolicy | None] | None:
    """Policies of organisations."""
    return record.organization_policy


def attaches(record: ResourceType) -> Callable[[Resource], Value] | None:
    """What attaches policies."""
    return record.attaches


def adds_tag(record: ResourceType) -> TagAdder | None:
    """What adds tags to instances."""
    return record.adds_tag


def versions_written(
    record: ResourceType,
) -> Callable[[Resource, RootIndex], list[tuple[str, VersionWriter]]] | None:
    """What writes versions of templates outside Terraform."""
    return record.versions_written


def hosts_on(record: ResourceType) -> Callable[[Resource], Iterator[Value]] | None:
    """What runs containers on Auto Scaling groups."""
    return record.hosts_on


def runs_code(record: ResourceType) -> Callable[[Resource, RootIndex], Iterator[CodeRun]] | None:
    """What runs documents with commands on instances."""
    return record.runs_code


def commands(record: ResourceType) -> Callable[[Resource], tuple[Value, str]] | None:
    """Documents with commands."""
    return record.commands
