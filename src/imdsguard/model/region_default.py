"""The default that an account sets for a Region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imdsguard.model.option import Option
    from imdsguard.model.resource import Resource
    from imdsguard.model.scope import Scope


@record(frozen=True, slots=True)
class RegionDefault:
    """An `aws_ec2_instance_metadata_defaults`: options are as written, `no-preference` and -1 included."""

    resource: Resource
    scope: Scope
    options: Mapping[str, Option]

    @property
    def address(self) -> str:
        """Terraform's address."""
        return self.resource.address
