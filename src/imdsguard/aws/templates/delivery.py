"""How the settings of each launch reach its instances, put together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.templates.ineffective_options import unsent
from imdsguard.aws.templates.versions import changed_options, frozen_by, moves_default, renewal_of, versions_of
from imdsguard.aws.workload import containers
from imdsguard.model.delivery import Delivery, Use
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
    because = containers(resource, root) if hops is not None and hops.effective is not None else ""
    return Delivery(
        use=Use.CONTAINERS if because else Use.PLAIN,
        use_because=because,
        versions=versions_of(resource, root),
        moves_default=moves_default(resource) if template else None,
        changed=changed_options(resource) if template else None,
        renewal=renewal_of(resource),
        frozen=frozen_by(resource) if launch.through else "",
        writers=_writers_of(resource, root) if template else (),
        unsent=unsent(resource),
    )


def _writers_of(template: Resource, root: RootIndex) -> tuple[VersionWriter, ...]:
    from imdsguard.aws.version_writers import writers

    return root.once(writers).get(template.address, ())
