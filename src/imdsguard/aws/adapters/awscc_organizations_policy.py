"""`awscc_organizations_policy`: like the `aws` one, and attached by an argument of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.organizations.policies import attached_in, policy_of
from imdsguard.model.value import Known, Unknown

if TYPE_CHECKING:
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.organization import OrganizationPolicy
    from imdsguard.model.resource import Resource


def organization_policy(resource: Resource, root: RootIndex) -> OrganizationPolicy | None:
    """Read the policy, if it speaks of metadata options; it counts when it has targets or an attachment names it."""
    targets = resource.body.attribute("target_ids")
    attached: bool | None
    if isinstance(targets, Known) and targets.value:
        attached = True
    elif isinstance(targets, Unknown):
        attached = None
    else:
        attached = attached_in(resource, root)
    return policy_of(resource, root, attached)
