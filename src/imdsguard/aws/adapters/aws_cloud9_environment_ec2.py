"""`aws_cloud9_environment_ec2`: an instance of this account that Cloud9 launches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.services import unshown

if TYPE_CHECKING:
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Resource


REASON = "Terraform has no argument for it, and what Cloud9 sets for the instance it launches is not documented"


def launches(resource: Resource, _: RootIndex) -> Launch:
    """Say why it cannot be told: no argument says anything of the metadata service."""
    return unshown(resource, REASON)
