"""`aws_appstream_image_builder`: an instance in an account of AppStream's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.services import unshown

if TYPE_CHECKING:
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Resource


REASON = "Terraform has no argument for AppStream's DisableIMDSV1, and what AppStream does without it is not documented"


def launches(resource: Resource, _: RootIndex) -> Launch:
    """Say why it cannot be told: no argument says anything of the metadata service."""
    return unshown(resource, REASON)
