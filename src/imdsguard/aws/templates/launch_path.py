"""The launch templates and launch configurations that a launch goes through, path by path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.types.registry import record_of
from imdsguard.model.value import Reference

if TYPE_CHECKING:
    from collections.abc import Sequence

    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.layer import LaunchPath
    from imdsguard.model.resource import Body, Resource

NAMES = ("launch_template", "launch_template_config", "launch_template_configs", "mixed_instances_policy")


def templates_on_paths(
    resource: Resource, root: RootIndex, body: Body | None = None, paths: Sequence[LaunchPath] | None = None
) -> list[Resource | None]:
    """Return each template or configuration that a launch goes through, None for one that is not in the code.

    Empty where it surely names no template, and no configuration in the code. `body` is where the template is named, if
    that is not the resource itself; `paths` are the launch's, where they are at hand.
    """
    if paths is None:
        record = record_of(resource.kind)
        launch = record.launches(resource, root) if record is not None and record.launches is not None else None
        paths = launch.paths if launch is not None else ()
    addresses = list(dict.fromkeys(path.via for path in paths)) or [""]
    if addresses == [""] and not names_template(body or resource.body):
        return []
    return [root.find(Reference(address)) if address else None for address in addresses]


def names_template(body: Body) -> bool:
    """Whether a template is named, or may be."""
    return any(found.items or found.unknown is not None for found in map(body.blocks, NAMES))
