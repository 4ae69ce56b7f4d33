"""`aws_lightsail_instance`: Terraform has no argument for it, and Lightsail's own default is `optional`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.services import service

if TYPE_CHECKING:
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Resource


def launches(resource: Resource, _: RootIndex) -> Launch:
    """Resolve to the service's default.

    (Lightsail API, UpdateInstanceMetadataOptions: `optional` is the default)
    """
    return service(resource, (), follows_account=False)
