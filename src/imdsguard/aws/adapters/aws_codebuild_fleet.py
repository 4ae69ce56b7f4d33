"""`aws_codebuild_fleet`: build machines in an account of CodeBuild's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.services import unshown

if TYPE_CHECKING:
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Resource


REASON = "Terraform has no argument for it, and what CodeBuild sets for the machines of its fleets is not documented"


def launches(resource: Resource, _: RootIndex) -> Launch:
    """Say why it cannot be told: no argument says anything of the metadata service."""
    return unshown(resource, REASON)
