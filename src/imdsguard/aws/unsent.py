"""Metadata options that stand in the code and that AWS never gets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.layer import read_options
from imdsguard.model.delivery import Unsent
from imdsguard.model.launch import HTTP_ENDPOINT, SERVICE_DEFAULTS
from imdsguard.model.value import Known, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.model.resource import Body, Resource
    from imdsguard.model.value import Value

BLOCK = "metadata_options"
ENABLED = 'http_endpoint = "enabled"'
BOTH = 'metadata_options {\n  http_endpoint = "enabled"\n  http_tokens   = "required"\n}'
SPOT = "metadata_options of a spot request are never sent: AWS's API for spot requests has no such field"
SPOT_REMEDY = 'an aws_instance with instance_market_options { market_type = "spot" } and\n' + BOTH
EMPTY = "metadata_options sets nothing: an option that is missing or null is not sent, so the account or AWS decides"
GUARD = (
    "{names} may never be sent: the provider has been seen to send the options of a launch configuration only beside "
    'http_endpoint = "enabled"'
)
UNSURE = "whether {names} of this launch configuration will be sent cannot be told: {reason}"
IGNORED = "an edit of metadata_options never reaches what exists already: ignore_changes covers {what}"
IGNORED_REMEDY = "a lifecycle block whose ignore_changes leaves metadata_options alone"
HELD = frozenset({"aws_instance", "aws_launch_template", "aws_launch_configuration"})
"""Types whose `metadata_options` Terraform would otherwise bring to what exists, in place or by replacing it."""


def unsent(resource: Resource) -> tuple[Unsent, ...]:
    """Return what the resource says of metadata options in vain."""
    blocks = resource.body.blocks(BLOCK)
    if resource.type == "aws_spot_instance_request":
        place = blocks.items[0].place if blocks.items else (blocks.unknown.place if blocks.unknown else None)
        return (Unsent(SPOT, SPOT_REMEDY, place),) if blocks.items or blocks.unknown else ()
    if resource.type not in HELD or len(blocks.items) != 1:
        return ()
    return tuple(_in_vain(resource, blocks.items[0]))


def _in_vain(resource: Resource, block: Body) -> Iterator[Unsent]:
    options = read_options(block)
    if not options:
        yield Unsent(EMPTY, BOTH, block.place)
        return
    held = next((name for name in ("all", BLOCK) if name in resource.ignored), None)
    if held:
        yield Unsent(IGNORED.format(what="everything" if held == "all" else "them"), IGNORED_REMEDY, block.place)
    if resource.type == "aws_launch_configuration":
        yield from _guarded(options, block)


def _guarded(options: dict[str, Value], block: Body) -> Iterator[Unsent]:
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
        yield Unsent(why, ENABLED, endpoint.place or block.place, unknown=True)
    elif names:
        yield Unsent(GUARD.format(names=names), ENABLED, block.place, sure=False)
