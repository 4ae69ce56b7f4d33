"""`awscc_workspacesinstances_workspace_instance`: an EC2 instance that WorkSpaces Instances launches."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.precedence.cloud_control import inner, metadata_layer
from imdsguard.aws.services import service, undocumented, unshown
from imdsguard.model.option import Source

if TYPE_CHECKING:
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Resource


DEFAULT = "what WorkSpaces Instances sets where managed_instance.metadata_options says nothing is not documented"


def launches(resource: Resource, _: RootIndex) -> Launch:
    """Resolve what `managed_instance.metadata_options` says; below it nothing is documented."""
    managed, unknown = inner(resource.body, "managed_instance")
    if managed is None:
        return unshown(resource, str(unknown.reason) if unknown is not None else DEFAULT)
    own, _block = metadata_layer(Source.LAUNCH, resource.address, managed)
    default = undocumented(resource, DEFAULT, managed.place)
    return service(resource, (own, default), follows_account=False)
