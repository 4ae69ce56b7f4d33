"""Launch templates and configurations that data sources look up: what they say is known once Terraform has read them.

(Terraform AWS provider, data sources `aws_launch_template` and `aws_launch_configuration`: `metadata_options` is what
AWS answers for the newest version)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.precedence.layer import block_layer
from imdsguard.aws.precedence.settings import Settings, not_shown
from imdsguard.model.option import Source
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.value import Known

if TYPE_CHECKING:
    from collections.abc import Callable

    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.resource import Resource


def looked_up(*, below: Reason | None) -> Callable[[Resource, RootIndex], Settings]:
    """Make what reads the settings of such a data source; `below` is the doubt of `Settings`."""

    def settings(resource: Resource, _: RootIndex) -> Settings:
        """Read what AWS has answered; anything may be set where it has not been asked yet."""
        identity = resource.body.attribute("arn")
        if not isinstance(identity, Known):
            reason = Reason(ReasonKind.DATA_SOURCE, resource.address)
            return not_shown(reason, resource.address, resource.body.attribute("name"))
        layer, _block = block_layer(Source.LAUNCH_TEMPLATE, resource.address, resource.body)
        return Settings("", layer, resource.body.attribute("image_id"), below)

    return settings
