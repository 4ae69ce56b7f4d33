"""`aws_organizations_policy`: a service control policy, a declarative policy, or one of another type."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from imdsguard.aws.organizations.policies import attached_in, policy_of

if TYPE_CHECKING:
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.organization import OrganizationPolicy
    from imdsguard.model.resource import Resource


def organization_policy(resource: Resource, root: RootIndex) -> OrganizationPolicy | None:
    """Read the policy, if it speaks of metadata options; it counts when an attachment names it."""
    found = policy_of(resource, root, attached=None)
    return None if found is None else replace(found, attached=attached_in(resource, root))
