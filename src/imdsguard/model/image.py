"""A machine image that the code makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.model.record import record

if TYPE_CHECKING:
    from imdsguard.model.option import Option
    from imdsguard.model.resource import Resource
    from imdsguard.model.scope import Scope


@record(frozen=True, slots=True)
class Image:
    """An image, and what it makes of `http_tokens` where neither a launch nor the account's default says anything.

    An image with `imds_support = "v2.0"` makes it `required`; one without leaves it to the service's own default.
    (EC2 User Guide, "Configure the Instance Metadata Service options")
    `settable`: whether its type has `imds_support`.
    """

    resource: Resource
    scope: Scope
    tokens: Option
    settable: bool = False

    @property
    def address(self) -> str:
        """Terraform's address."""
        return self.resource.address
