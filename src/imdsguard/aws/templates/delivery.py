"""How the settings of each launch reach its instances, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.templates.ineffective_options import ineffective_options
from imdsguard.aws.templates.versions import changed_options, frozen_by, renewal_of, versions_of
from imdsguard.aws.types import capability
from imdsguard.aws.types.registry import record_of
from imdsguard.aws.workload import workload_of
from imdsguard.model.delivery import Delivery, Workload
from imdsguard.model.launch import Kind
from imdsguard.model.option import HOP_LIMIT

if TYPE_CHECKING:
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.delivery import VersionWriter
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Resource


def delivery_of(launch: Launch, root: RootIndex) -> Delivery:
    """Say what becomes of the launch's settings on their way. Pure: reads nothing but the resources."""
    resource = launch.resource
    template = launch.kind is Kind.TEMPLATE
    # What runs on an instance matters to nothing but the number of hops: whoever leaves that alone is not asked.
    hops = launch.options.get(HOP_LIMIT)
    asked = hops is not None and hops.effective is not None
    workload, because = workload_of(resource, root) if asked else (Workload.PLAIN, "")
    record = record_of(resource.kind)
    shared = record.shared if record is not None else None
    versions = shared.versions if shared is not None else None
    renewal, renewal_reason = renewal_of(resource)
    return Delivery(
        workload=workload,
        workload_because=because,
        versions=versions_of(launch, root),
        moves_default=versions.moves_default(resource) if versions is not None else None,
        changed=changed_options(resource) if template else None,
        renewal=renewal,
        renewal_reason=renewal_reason,
        frozen=frozen_by(resource) if launch.via else "",
        writers=_writers_of(resource, root) if template else (),
        latest_version=versions.latest if versions is not None else "latest_version",
        ineffective=ineffective_options(resource),
    )


def _writers_of(template: Resource, root: RootIndex) -> tuple[VersionWriter, ...]:
    return root.once(_writers).get(template.address, ())


def _writers(root: RootIndex) -> dict[str, tuple[VersionWriter, ...]]:
    """Return what writes versions of each template of a root module, by the template's address."""
    found: dict[str, tuple[VersionWriter, ...]] = {}
    for resource, read in root.capable(capability.versions_written):
        for template, writer in read(resource, root):
            found[template] = (*found.get(template, ()), writer)
    return found
