"""`aws_organizations_policy_attachment`: makes a policy hold for an account, a unit or the whole organisation."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from imdsguard.model.resource import Resource
    from imdsguard.model.value import Value


def attaches(resource: Resource) -> Value:
    """Say which policy."""
    return resource.body.attribute("policy_id")
