"""Reading tags: a map, a list of keys and values, or tag specifications for instances."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.resource import Blocks
from imdsguard.model.tags import TagLayer
from imdsguard.model.value import Absent, Known, Unknown, text_of

if TYPE_CHECKING:
    from imdsguard.model.resource import Body, Resource
    from imdsguard.model.tags import Tags
    from imdsguard.model.value import Value

NONE = TagLayer({})
NO_KEY = Unknown(Reason(ReasonKind.NOT_COMPUTED, "a tag's key"))
MERGE = Reason(ReasonKind.UNDOCUMENTED, "whether EC2 merges these tags with those of its launch template")


def from_map(value: Value) -> TagLayer:
    """Read `tags = { Team = "web" }`."""
    if isinstance(value, Unknown):
        return TagLayer({}, value)
    if isinstance(value, Absent) or not isinstance(value.value, Mapping):
        return NONE
    return TagLayer({str(key): each for key, each in value.value.items() if not isinstance(each, Absent)})


def from_list(blocks: Blocks, switch: str = "") -> TagLayer:
    """Read `[{ key = "Team", value = "web" }]`, or blocks like it.

    `switch` names the argument by which a tag is handed on to instances; without it, all are.
    """
    values: dict[str, Value] = {}
    doubt = blocks.unknown
    for item in blocks.items:
        key, value = item.attribute("key"), item.attribute("value")
        handed = item.attribute(switch) if switch else Known(value=True)
        if isinstance(handed, Absent) or (isinstance(handed, Known) and handed.value not in (True, "true")):
            continue
        name = text_of(key)
        if name is None:
            doubt = doubt or (key if isinstance(key, Unknown) else NO_KEY)
        else:
            values[name] = handed if isinstance(handed, Unknown) else value
    return TagLayer(values, doubt)


def from_pair(body: Body) -> TagLayer:
    """Read one `key` with its `value`."""
    return from_list(Blocks((body,)))


def specified(body: Body, name: str = "tag_specifications") -> TagLayer:
    """Read what tag specifications say about instances."""
    blocks = body.blocks(name)
    values: dict[str, Value] = {}
    doubt = blocks.unknown
    for block in blocks.items:
        kind = block.attribute("resource_type")
        if isinstance(kind, Unknown):
            doubt = doubt or kind
        elif text_of(kind) == "instance":
            layer = either(block)
            values.update(layer.values)
            doubt = doubt or layer.doubt
    return TagLayer(values, doubt)


def either(body: Body) -> TagLayer:
    """Read `tags` in whichever form the provider has them."""
    value = body.attribute("tags")
    if isinstance(value, Known) and isinstance(value.value, Mapping):
        return from_map(value)
    blocks = body.blocks("tags")
    return from_list(blocks) if blocks.items or blocks.unknown is not None else from_map(value)


def own_layers(resource: Resource) -> tuple[TagLayer, ...]:
    """Return a resource's own tags, and its provider's `default_tags` below; a plan and a state have them merged."""
    merged = resource.body.attribute("tags_all")
    if isinstance(merged, Known):
        return (from_map(merged),)
    return (from_map(resource.body.attribute("tags")), from_map(resource.provider.default_tags))


def labels_of(resource: Resource) -> tuple[Tags, ...]:
    """Return what people write on a launch itself: its tags, whatever it hands on of them, over `default_tags`.

    What a launch template says of instances stands beside its own tags.
    """
    from imdsguard.model.tags import Tags

    body = resource.body
    merged = body.attribute("tags_all")
    above = (from_map(merged),) if isinstance(merged, Known) else ()
    own = (*above, either(body), from_list(body.blocks("tag")), from_map(resource.provider.default_tags))
    specifications = specified(body)
    return (Tags(own),) if specifications.silent else (Tags(own), Tags((specifications,)))


def over_template(own: tuple[TagLayer, ...], template: TagLayer) -> tuple[TagLayer, ...]:
    """Put tags of a launch above those of its template: if it has any, it is not documented which of the others stay.

    A tag that both give alike is there either way.
    """
    if all(layer.silent for layer in own):
        return (template,)
    doubted: dict[str, Value] = {
        key: Unknown(MERGE, place=value.place, trace=() if isinstance(value, Absent) else value.trace)
        for key, value in template.values.items()
    }
    return (*own, TagLayer(doubted, template.doubt))
