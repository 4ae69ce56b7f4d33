"""Options of a launch template that old versions of the provider do not send without `http_endpoint = "enabled"`.

Reported of versions up to 4.22.0 and 4.51.0 (terraform-provider-aws, issues #25909 and #29209), and mended by pull
request #30107, which was written when 4.58.0 was out (issue #29985 is about that version, and older). In which release
it came is not known: of those after 4.58.0 nothing is said. Before, AWS refused such a template altogether (#12564).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.precedence.layer import silent
from imdsguard.model.delivery import IneffectiveOption
from imdsguard.model.option import HTTP_ENDPOINT
from imdsguard.model.value import Absent, Known, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from imdsguard.model.layer import Layer
    from imdsguard.model.resource import Body, ProviderBound, Resource
    from imdsguard.model.value import Value

SOURCE = "hashicorp/aws"
LAST = (4, 58, 0)
"""The newest version that is known not to send them."""
DROPPED = (
    "{names} of this launch template never reach AWS: {source} up to 4.58.0 sends them only beside "
    'http_endpoint = "enabled", and {place} says {written}'
)
UNSURE = "whether {names} of this launch template will be sent cannot be told"
ENABLED = 'http_endpoint = "enabled"'


def as_sent(layer: Layer, resource: Resource) -> Layer:
    """Return what of a template's options is sent. With the endpoint off, the others are no matter."""
    endpoint = layer.says(HTTP_ENDPOINT)
    if isinstance(endpoint, Known) or not _held_back(layer.answers) or _bound(resource) is None:
        return layer
    if isinstance(endpoint, Unknown):

        def change(option: str, answer: Value) -> Value:
            return answer if option == HTTP_ENDPOINT else Unknown(endpoint.reason, place=answer.place)

        return layer.changed(change)
    return silent(layer.source, layer.label)


def dropped_by_old_provider(
    options: Mapping[str, Value], block: Body, resource: Resource
) -> Iterator[IneffectiveOption]:
    """Yield what of a template's options is not sent."""
    endpoint = options.get(HTTP_ENDPOINT, Absent())
    names = " and ".join(_held_back(options))
    bound = _bound(resource) if names and not isinstance(endpoint, Known) else None
    if bound is None:
        return
    if isinstance(endpoint, Unknown):
        place = endpoint.place or block.place
        yield IneffectiveOption(UNSURE.format(names=names), ENABLED, place, because=endpoint.reason)
        return
    where = f"{bound.place.file}:{bound.place.line}" if bound.place.line else bound.place.file
    why = DROPPED.format(names=names, source=bound.source, place=where, written=bound.written)
    yield IneffectiveOption(why, ENABLED, block.place)


def _held_back(options: Mapping[str, Value]) -> list[str]:
    return [name for name in options if name != HTTP_ENDPOINT]


def _bound(resource: Resource) -> ProviderBound | None:
    """Return what says that the provider is one of the old ones."""
    bound = resource.newest_provider() if resource.newest_provider is not None else None
    return bound if bound is not None and bound.source == SOURCE and bound.newest[:3] <= LAST else None
