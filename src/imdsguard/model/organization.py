"""Policies of an organisation, as far as they are about the metadata service."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imdsguard.model.place import Place
    from imdsguard.model.reason import Reason
    from imdsguard.model.resource import Resource
    from imdsguard.model.scope import Scope
    from imdsguard.model.value import Step

SERVICE_CONTROL = "SERVICE_CONTROL_POLICY"
DECLARATIVE_EC2 = "DECLARATIVE_POLICY_EC2"


@record(frozen=True, slots=True)
class Condition:
    """One test of a statement: `StringNotEquals`, `ec2:MetadataHttpTokens`, (`required`,)."""

    operator: str
    key: str
    values: tuple[str, ...]


@record(frozen=True, slots=True)
class Statement:
    """One statement of a policy. A value that cannot be computed is not in it: `unsure` says why.

    (IAM User Guide, "IAM JSON policy elements reference")
    """

    effect: str
    actions: tuple[str, ...] = ()
    not_actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    not_resources: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    sid: str = ""
    place: Place | None = None
    unsure: Reason | None = None


@record(frozen=True, slots=True)
class OrganizationPolicy:
    """A policy about metadata options, or one of which that cannot be told: then `unreadable` says why.

    `statements` are those of a service control policy. `defaults` are the `instance_metadata_defaults` of a declarative
    policy for EC2 by their keys, each as it is assigned; a key without `@@assign` has an empty string.
    `attached`: whether the code attaches it to anything; None if that cannot be told.
    """

    resource: Resource
    scope: Scope
    type: str
    statements: tuple[Statement, ...] = ()
    defaults: Mapping[str, str] = field(default_factory=dict)
    attached: bool | None = None
    unreadable: Reason | None = None
    place: Place | None = None
    trace: tuple[Step, ...] = ()

    @property
    def address(self) -> str:
        """Terraform's address."""
        return self.resource.address
