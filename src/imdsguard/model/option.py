"""The metadata options: their names and defaults, and the effective value of one with the layer that decided it."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from imdsguard.model.record import record

if TYPE_CHECKING:
    from collections.abc import Mapping

    from imdsguard.model.place import Place
    from imdsguard.model.reason import Reason
    from imdsguard.model.value import Step

HTTP_TOKENS = "http_tokens"
HTTP_ENDPOINT = "http_endpoint"
HOP_LIMIT = "http_put_response_hop_limit"
OPTIONS = (HTTP_TOKENS, HTTP_ENDPOINT, HOP_LIMIT, "http_protocol_ipv6", "instance_metadata_tags")
"""The metadata options, in the order of reports. (EC2 User Guide, "Configure the Instance Metadata Service options")"""


SERVICE_DEFAULTS: Mapping[str, str | int] = {
    HTTP_TOKENS: "optional",
    HTTP_ENDPOINT: "enabled",
    HOP_LIMIT: 1,
    "http_protocol_ipv6": "disabled",
    "instance_metadata_tags": "disabled",
}
"""What EC2 does where nobody sets an option. (EC2 User Guide, same page)"""


class Source(str, Enum):
    """Which layer decided an option, strongest first (EC2 User Guide, same page: order of precedence)."""

    LAUNCH = "launch"
    LAUNCH_TEMPLATE = "launch_template"
    REGION_DEFAULT = "region_default"
    AMI = "ami"
    SERVICE_DEFAULT = "service_default"
    UNKNOWN = "unknown"


@record(frozen=True, slots=True)
class Option:
    """The effective value of one metadata option. `value` is None when unknown, or when nothing ever sets it.

    `reason` says why it is unknown. `trace` starts at the argument that decided and ends where its value is written.
    A `sensitive` value may be compared, but reports print `(sensitive)` for it. It is not `sure` where an image has it
    by its family, or where an image of which nothing is known may set it.
    """

    name: str
    value: str | int | None
    source: Source
    place: Place | None = None
    trace: tuple[Step, ...] = ()
    reason: Reason | None = None
    sensitive: bool = False
    sure: bool = True

    @property
    def known(self) -> bool:
        """Whether the value is what AWS will use."""
        return self.source is not Source.UNKNOWN

    @property
    def effective(self) -> str | int | None:
        """What AWS will use: `value`, or the service default where nothing sets it; None when unknown."""
        return SERVICE_DEFAULTS.get(self.name) if self.source is Source.SERVICE_DEFAULT else self.value
