"""`aws_imagebuilder_distribution_configuration`: writes versions of templates, and launches to make Windows fast."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.fast_launch import fast_launches
from imdsguard.aws.version_writers import written_versions

if TYPE_CHECKING:
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.delivery import VersionWriter
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Resource


def versions_written(resource: Resource, root: RootIndex) -> list[tuple[str, VersionWriter]]:
    """Return the templates that it writes versions of."""
    return written_versions(resource, root, "distribution", "launch_template_configuration", "default")


def launches(resource: Resource, root: RootIndex) -> Launch | None:
    """Resolve what the templates for fast launching lead to; None if there are none."""
    return fast_launches(resource, root, "distribution", "fast_launch_configuration")
