"""What the `awscc` provider does otherwise: nested objects are arguments, and one option is spelled differently."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.precedence.launching import path_unknown, path_via
from imdsguard.aws.precedence.layer import Layer, block_layer, placed
from imdsguard.aws.precedence.option import read_option
from imdsguard.aws.templates.lookup import template_of
from imdsguard.model.option import HTTP_ENDPOINT
from imdsguard.model.value import Absent, Known, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.layer import LaunchPath
    from imdsguard.model.option import Source
    from imdsguard.model.reason import Reason
    from imdsguard.model.resource import Blocks, Body, Resource
    from imdsguard.model.value import Value

IPV6 = "http_protocol_ipv6"
IPV6_HERE = "http_protocol_ipv_6"


def metadata_layer(
    source: Source, label: str, body: Body, argument: str = "metadata_options"
) -> tuple[Layer, Body | None]:
    """Read the metadata options of `body`, and the object they stand in, if there is one and no doubt about it."""
    layer, found = block_layer(source, label, body, argument)
    if found is None:
        return layer, None
    ipv6 = read_option(IPV6, found.attribute(IPV6_HERE))
    if isinstance(ipv6, Absent):
        return layer, found
    return Layer(source, label, {**layer.answers, IPV6: ipv6 if ipv6.place is not None else placed(ipv6, found)}), found


def inner(body: Body, *path: str) -> tuple[Body | None, Unknown | None]:
    """Follow a path of nested objects: the last one, or None and perhaps why it cannot be told whether it is there."""
    for name in path:
        blocks = body.blocks(name)
        if not blocks.items:
            return None, blocks.unknown
        body = blocks.items[0]
    return body, None


def merged(template: Layer, reason: Reason) -> Layer:
    """Return a template's layer as it stands below metadata options of a launch's own: nobody knows if they mix.

    An endpoint that is on is on either way.
    """

    def change(option: str, answer: Value) -> Value:
        if isinstance(answer, Known) and (option, answer.value) != (HTTP_ENDPOINT, "enabled"):
            return Unknown(reason, place=answer.place, trace=answer.trace)
        return answer

    return template.changed(change)


def paths_via(configs: Blocks, resource: Resource, root: RootIndex) -> Iterator[tuple[Body, LaunchPath]]:
    """Yield each of a fleet's `launch_template_configs` with the path via its template."""
    for config in configs.items:
        specifications = config.blocks("launch_template_specification")
        for specification in specifications.items:
            yield config, path_via(template_of(specification, resource, root), root, resource)
        if specifications.unknown is not None:
            yield config, path_unknown(resource, specifications.unknown)
