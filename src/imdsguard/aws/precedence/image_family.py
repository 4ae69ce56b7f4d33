"""Families of images: what is known of an image that the code names by owner and name, or by a parameter's path.

Every image of Amazon Linux 2023 requires tokens with a hop limit of 2; those of Amazon Linux 2 leave it to the account.
(Amazon Linux 2023 User Guide, "IMDSv2"; EC2 User Guide, "Transition to using Instance Metadata Service Version 2")
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imdsguard.aws.precedence.layer import Layer, silent, unknown_image
from imdsguard.model.option import HOP_LIMIT, HTTP_TOKENS, Source
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.value import Known, Unknown

if TYPE_CHECKING:
    from imdsguard.aws.precedence.assumptions import SoughtImage

AMAZON = ("amazon", "137112412989")
CANONICAL = ("099720109477",)

_REQUIRED = re.compile(
    r"al2023-ami-|amazon-eks-node-al2023-|/aws/service/ami-amazon-linux-latest/al2023-ami-"
    r"|/aws/service/ecs/optimized-ami/amazon-linux-2023/|/aws/service/eks/optimized-ami/[^/]+/amazon-linux-2023/"
)
_LEFT_OPEN = re.compile(
    r"amzn2-ami-|amazon-eks-node-1\.[0-9]+-|/aws/service/ami-amazon-linux-latest/amzn2-"
    r"|/aws/service/ecs/optimized-ami/amazon-linux-2/|/aws/service/eks/optimized-ami/[^/]+/amazon-linux-2/"
)
_UBUNTU = re.compile(
    r"ubuntu(-minimal)?/images(-testing)?/.*ubuntu-noble-24\.04-"
    r"|/aws/service/canonical/ubuntu/server(-minimal)?/(24\.04|noble)/"
)
SINCE = "since when images of Ubuntu 24.04 require tokens"


def family_layer(sought: SoughtImage) -> Layer:
    """Return what images say that are looked up so: what every name says, and of the family's own owners only.

    A look-up may find anybody's images otherwise. What AWS publishes as a parameter is the owner's own.
    """
    if _all(_REQUIRED, AMAZON, sought):
        answers = {HTTP_TOKENS: Known("required", sought.place), HOP_LIMIT: Known(2, sought.place)}
        return Layer(Source.AMI, sought.label, answers, sure=False)
    if _all(_LEFT_OPEN, AMAZON, sought):
        return silent(Source.AMI, sought.label)
    if _all(_UBUNTU, CANONICAL, sought):
        unknown = Unknown(Reason(ReasonKind.UNDOCUMENTED, SINCE), place=sought.place)
        return Layer(Source.AMI, sought.label, {HTTP_TOKENS: unknown, HOP_LIMIT: unknown}, sure=False)
    return unknown_image(sought.label)


def _all(family: re.Pattern[str], owners: tuple[str, ...], sought: SoughtImage) -> bool:
    """Whether all that may be found is of a family. A name that only begins like the family's may be another's."""
    if not sought.written or not all(family.match(name) for name in sought.written):
        return False
    return bool(sought.parameter) or (bool(sought.owners) and all(owner in owners for owner in sought.owners))
