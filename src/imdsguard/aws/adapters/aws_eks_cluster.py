"""`aws_eks_cluster`: launches instances itself in Auto Mode only; node groups are resources of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.services import unshown
from imdsguard.model.value import Absent, Known

if TYPE_CHECKING:
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Resource


AUTO_MODE = "EKS Auto Mode launches the nodes, and what it sets for them cannot be said in Terraform"


def launches(resource: Resource, _: RootIndex) -> Launch | None:
    """Say that nothing is known of the nodes of Auto Mode; None where it is off."""
    modes = resource.body.blocks("compute_config")
    for mode in modes.items:
        enabled = mode.attribute("enabled")
        if isinstance(enabled, Known) and enabled.value is True:
            return unshown(resource, AUTO_MODE, mode.place)
        if not isinstance(enabled, (Known, Absent)):
            return unshown(resource, f"whether Auto Mode is on cannot be computed: {enabled.reason}", enabled.place)
    return None
