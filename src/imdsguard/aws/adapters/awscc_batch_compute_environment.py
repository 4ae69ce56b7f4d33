"""`awscc_batch_compute_environment`: launches through the template it names, or as Batch likes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.batch import compute_environment

if TYPE_CHECKING:
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Resource


def launches(resource: Resource, root: RootIndex) -> Launch | None:
    """Resolve the worst of what the compute environment launches; None for Fargate and unmanaged ones."""
    return compute_environment(resource, root)
