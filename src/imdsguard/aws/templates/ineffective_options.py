"""Metadata options that stand in the code and that AWS never gets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.precedence.cloud_control import IPV6_HERE
from imdsguard.aws.precedence.layer import read_options
from imdsguard.model.delivery import IneffectiveOption
from imdsguard.model.option import HTTP_ENDPOINT, SERVICE_DEFAULTS
from imdsguard.model.value import Absent, Known, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.model.resource import Body, Resource
    from imdsguard.model.value import Value

BLOCK = "metadata_options"
ENABLED = 'http_endpoint = "enabled"'
BOTH = 'metadata_options {\n  http_endpoint = "enabled"\n  http_tokens   = "required"\n}'
OBJECT = 'metadata_options = {\n  http_endpoint = "enabled"\n  http_tokens   = "required"\n}'
EXAMPLES = {
    "aws_imagebuilder_infrastructure_configuration": 'instance_metadata_options {\n  http_tokens = "required"\n}',
    "awscc_imagebuilder_infrastructure_configuration": 'instance_metadata_options = {\n  http_tokens = "required"\n}',
    "awscc_ec2_instance": OBJECT,
    "awscc_ec2_launch_template": OBJECT,
    "awscc_autoscaling_launch_configuration": OBJECT,
    "awscc_workspacesinstances_workspace_instance": OBJECT,
}
"""What to write in types that do not write a block `metadata_options`."""
SPOT = "metadata_options of a spot request are never sent: AWS's API for spot requests has no such field"
SPOT_REMEDY = 'an aws_instance with instance_market_options { market_type = "spot" } and\n' + BOTH
EMPTY = "{name} sets nothing: an option that is missing or null is not sent, so the account or AWS decides"
GUARD = (
    "{names} may never be sent: the provider has been seen to send the options of a launch configuration only beside "
    'http_endpoint = "enabled"'
)
UNSURE = "whether {names} of this launch configuration will be sent cannot be told: {reason}"
IGNORED = "an edit of {name} never reaches what exists already: ignore_changes covers {what}"
IGNORED_REMEDY = "a lifecycle block whose ignore_changes leaves {name} alone"
HELD: dict[str, tuple[str, ...]] = {
    "aws_instance": (BLOCK,),
    "aws_launch_template": (BLOCK,),
    "aws_launch_configuration": (BLOCK,),
    "aws_imagebuilder_infrastructure_configuration": ("instance_metadata_options",),
    "awscc_ec2_instance": (BLOCK,),
    "awscc_ec2_launch_template": ("launch_template_data", BLOCK),
    "awscc_autoscaling_launch_configuration": (BLOCK,),
    "awscc_imagebuilder_infrastructure_configuration": ("instance_metadata_options",),
    "awscc_workspacesinstances_workspace_instance": ("managed_instance", BLOCK),
}
"""Where types have options that Terraform would otherwise bring to what exists, in place or by replacing it."""


def unsent(resource: Resource) -> tuple[IneffectiveOption, ...]:
    """Return what the resource says of metadata options in vain."""
    if resource.type == "aws_spot_instance_request":
        blocks = resource.body.blocks(BLOCK)
        place = blocks.items[0].place if blocks.items else (blocks.unknown.place if blocks.unknown else None)
        return (IneffectiveOption(SPOT, SPOT_REMEDY, place),) if blocks.items or blocks.unknown else ()
    path = HELD.get(resource.type)
    block = resource.body if path else None
    for name in path or ():
        found = block.blocks(name).items if block is not None else ()
        block = found[0] if len(found) == 1 else None
    return tuple(_in_vain(resource, block, path)) if path is not None and block is not None else ()


def _in_vain(resource: Resource, block: Body, path: tuple[str, ...]) -> Iterator[IneffectiveOption]:
    options, name = read_options(block), path[-1]
    if not options and isinstance(block.attribute(IPV6_HERE), Absent):
        yield IneffectiveOption(EMPTY.format(name=name), EXAMPLES.get(resource.type, BOTH), block.place)
        return
    held = next((word for word in ("all", path[0]) if word in resource.ignored), None)
    if held:
        what = {"all": "everything", name: "them"}.get(held, held)
        yield IneffectiveOption(IGNORED.format(name=name, what=what), IGNORED_REMEDY.format(name=name), block.place)
    if resource.type == "aws_launch_configuration":
        yield from _guarded(options, block)


def _guarded(options: dict[str, Value], block: Body) -> Iterator[IneffectiveOption]:
    """What the provider sends only beside an enabled endpoint.

    (Terraform AWS provider, source of `aws_launch_configuration`; not known of the newest version)
    """
    endpoint = options.get(HTTP_ENDPOINT)
    if isinstance(endpoint, Known):
        return
    names = " and ".join(
        name
        for name, value in options.items()
        if name != HTTP_ENDPOINT and not (isinstance(value, Known) and value.value == SERVICE_DEFAULTS[name])
    )
    if names and isinstance(endpoint, Unknown):
        why = UNSURE.format(names=names, reason=endpoint.reason)
        yield IneffectiveOption(why, ENABLED, endpoint.place or block.place, unknown=True)
    elif names:
        yield IneffectiveOption(GUARD.format(names=names), ENABLED, block.place, sure=False)
