"""An account's defaults for a Region."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.precedence.effective import decide, trace_of
from imdsguard.aws.precedence.layer import Layer, placed
from imdsguard.aws.precedence.option import NO_PREFERENCE, read_option
from imdsguard.aws.precedence.region_default import SAYS_NOTHING
from imdsguard.aws.precedence.scope import scope_of
from imdsguard.aws.types.resource_type import ResourceType
from imdsguard.model.option import HOP_LIMIT, OPTIONS, Option, Source
from imdsguard.model.region_default import RegionDefault
from imdsguard.model.value import Absent, Known

if TYPE_CHECKING:
    from imdsguard.model.resource import Resource
    from imdsguard.model.value import Value

SETTABLE = tuple(name for name in OPTIONS if name != "http_protocol_ipv6")


def region_default(resource: Resource) -> tuple[RegionDefault, Layer]:
    """Read the defaults as written, and the layer they make: `no-preference`, -1 and what is not set say nothing."""
    answers: dict[str, Value] = {}
    options: dict[str, Option] = {}
    for name in SETTABLE:
        answer = read_option(name, resource.body.attribute(name), account=True)
        if isinstance(answer, Absent):
            # The provider's own default for what is not written.
            nothing = Known(-1 if name == HOP_LIMIT else NO_PREFERENCE, resource.place)
            trace = trace_of(resource.address, nothing)
            options[name] = Option(name, -1 if name == HOP_LIMIT else NO_PREFERENCE, Source.REGION_DEFAULT, trace=trace)
            continue
        answer = answer if answer.place is not None else placed(answer, resource.body)
        options[name] = decide(name, (Layer(Source.REGION_DEFAULT, resource.address, {name: answer}),))
        if not (isinstance(answer, Known) and answer.value in SAYS_NOTHING):
            answers[name] = answer
    layer = Layer(Source.REGION_DEFAULT, resource.address, answers)
    return RegionDefault(resource, scope_of(resource), options), layer


TYPES: tuple[ResourceType, ...] = (
    ResourceType(name="aws_ec2_instance_metadata_defaults", region_default=region_default),
)
