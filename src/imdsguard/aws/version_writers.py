"""Image Builder writes versions of launch templates when its pipelines run, outside Terraform.

(Terraform AWS provider, `aws_imagebuilder_distribution_configuration`: `launch_template_configuration`; Image Builder
API, LaunchTemplateConfiguration)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.templates.lookup import template_of
from imdsguard.aws.types import ability
from imdsguard.model.delivery import VersionWriter
from imdsguard.model.value import Absent, Known, Unknown

if TYPE_CHECKING:
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.resource import Body, Resource


def written_versions(
    resource: Resource, root: RootIndex, distributions: str, configurations: str, default: str
) -> list[tuple[str, VersionWriter]]:
    """Return the templates in the code that a distribution configuration writes versions of.

    The other arguments are the provider's names: of the two kinds of nested blocks, and of the argument that makes the
    new version the default one.
    """
    found: list[tuple[str, VersionWriter]] = []
    for distribution in resource.body.blocks(distributions).items:
        for configuration in distribution.blocks(configurations).items:
            template = template_of(configuration, resource, root).address
            if template:
                moves = _moves(configuration, default)
                found.append((template, VersionWriter(resource.address, moves, configuration.place)))
    return found


def _moves(configuration: Body, default: str) -> bool | None:
    """Whether the version becomes the default one. What happens where nothing is said is not documented alike."""
    value = configuration.attribute(default)
    if isinstance(value, (Absent, Unknown)):
        return None
    return isinstance(value, Known) and value.value in (True, "true")


def writers(root: RootIndex) -> dict[str, tuple[VersionWriter, ...]]:
    """Return what writes versions of each template of a root module, by the template's address."""
    found: dict[str, tuple[VersionWriter, ...]] = {}
    for resource in root.able("versions_written"):
        read = ability(resource.type, "versions_written")
        assert read is not None
        for template, writer in read(resource, root):
            found[template] = (*found.get(template, ()), writer)
    return found
