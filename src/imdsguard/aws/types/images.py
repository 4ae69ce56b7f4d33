"""Images: registered, copied, made from an instance, and looked up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.precedence.assumptions import SoughtImage
from imdsguard.aws.precedence.layer import Layer, silent, undecided, unknown_image
from imdsguard.aws.types.resource_type import ImageType, ResourceType
from imdsguard.model.option import HOP_LIMIT, HTTP_TOKENS, Source
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.value import Absent, Known, Unknown, text_of

if TYPE_CHECKING:
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.resource import Resource
    from imdsguard.model.value import Value

GAP = "\ufffc"
"""Stands for what is not known of a text, as in `Unknown.sketch`."""
OWNERS = ("owner-alias", "owner-id")


def registered(resource: Resource, _: RootIndex) -> Layer:
    """Read `imds_support`: `v2.0` makes tokens required and the hop limit 2, and says nothing of the other options.

    (EC2 API, ImdsSupportValues; EC2 User Guide, "Configure the Instance Metadata Service options")
    """
    support = resource.body.attribute("imds_support")
    if isinstance(support, Absent) or (isinstance(support, Known) and support.value == ""):
        return silent(Source.AMI, resource.address)
    place = support.place or resource.place
    if isinstance(support, Known) and support.value == "v2.0":
        answers = {HTTP_TOKENS: Known("required", place, support.trace), HOP_LIMIT: Known(2, place, support.trace)}
        return Layer(Source.AMI, resource.address, answers)
    if isinstance(support, Known):
        reason = Reason(ReasonKind.NOT_ACCEPTED, "imds_support", expected='"v2.0"')
        support = Unknown(reason, place=place, trace=support.trace)
    return _only_what_images_set(undecided(Source.AMI, resource.address, support))


def _only_what_images_set(layer: Layer) -> Layer:
    """Leave out the options that no image can set."""
    return Layer(layer.source, layer.label, {name: layer.says(name) for name in (HTTP_TOKENS, HOP_LIMIT)})


def copied(resource: Resource, root: RootIndex) -> Layer:
    """Whether a copy keeps its source's `imds_support` is not documented: unknown if the source has one."""
    return _inherited(resource, root.image_layer(resource.body.attribute("source_ami_id")))


def from_instance(resource: Resource, root: RootIndex) -> Layer:
    """Return what the instance's image says: what is made of an image with `v2.0` has it too, whatever one asks for.

    (Packer's plugin for AWS, issue 472: its builder makes images by CreateImage, as this does)
    """
    source = resource.body.attribute("source_instance_id")
    reference = source.reference if isinstance(source, Unknown) else None
    instance = root.find(reference) if reference is not None else None
    if instance is None:
        return unknown_image(resource.address)
    return root.image_layer(instance.body.attribute("ami")).named(resource.address)


def looked_up(resource: Resource, root: RootIndex) -> Layer:
    """Return what an image says that was looked up: `imds_support` in a plan or a state, else what its family says."""
    support = resource.body.attribute("imds_support")
    if isinstance(support, Known):
        return registered(resource, root)
    owners = _texts(resource.body.attribute("owners")) or _filtered(resource, OWNERS)
    return root.image_sought(SoughtImage(resource.address, resource.place, _filtered(resource, ("name",)), owners))


def by_parameter(resource: Resource, root: RootIndex) -> Layer:
    """Return what images say whose ids are kept in a parameter: AWS publishes those of its own under known names."""
    name = next(iter(_texts(resource.body.attribute("name"))), "")
    return root.image_sought(SoughtImage(resource.address, resource.place, parameter=name))


def _filtered(resource: Resource, by: tuple[str, ...]) -> tuple[str, ...]:
    """Return the patterns by which a look-up filters one of these; one that is not known takes in everything."""
    blocks = resource.body.blocks("filter")
    found: tuple[str, ...] = () if blocks.unknown is None else (GAP,)
    for block in blocks.items:
        name = block.attribute("name")
        if isinstance(name, Unknown) or text_of(name) in by:
            found += _texts(block.attribute("values"))
    return found


def _texts(value: Value) -> tuple[str, ...]:
    """Return the texts of a list, or the one; what is not known of them as U+FFFC."""
    if isinstance(value, Known) and isinstance(value.value, tuple):
        return tuple(text for each in value.value for text in _texts(each))
    if isinstance(value, Unknown):
        return (value.sketch or GAP,)
    text = text_of(value)
    return () if text is None else (text,)


def _inherited(resource: Resource, source: Layer) -> Layer:
    """Return what an image made from one with the layer `source` says: nothing, or nobody knows what."""

    def change(_: str, answer: Value) -> Value:
        kept = f"whether {resource.address} keeps imds_support of {source.label}"
        return Unknown(Reason(ReasonKind.UNDOCUMENTED, kept), place=resource.place, trace=answer.trace)

    return Layer(Source.AMI, resource.address, source.changed(change).answers, sure=source.sure)


def names_filtered_by(resource: Resource) -> list[str]:
    """Return the names that a look-up filters by, patterns as they are written. What it finds is not known."""
    names: list[str] = []
    for block in resource.body.blocks("filter").items:
        values = block.attribute("values")
        if text_of(block.attribute("name")) == "name" and isinstance(values, Known) and isinstance(values.value, tuple):
            names += [text for value in values.value if (text := text_of(value)) is not None]
    return names


def name_of_parameter(resource: Resource) -> list[str]:
    """Return a parameter's name: AWS publishes the ids of its newest images under names that tell what they are for."""
    name = text_of(resource.body.attribute("name"))
    return [] if name is None else [name]


TYPES: tuple[ResourceType, ...] = (
    ResourceType(name="aws_ami", image=ImageType(registered, settable=True)),
    ResourceType(name="aws_ami_copy", image=ImageType(copied, settable=False)),
    ResourceType(name="aws_ami_from_instance", image=ImageType(from_instance, settable=False)),
    ResourceType(name="data.aws_ami_ids", image=ImageType(looked_up, settable=False), image_names=names_filtered_by),
    ResourceType(name="data.aws_ami", image=ImageType(looked_up, settable=False), image_names=names_filtered_by),
    ResourceType(
        name="data.aws_ssm_parameter", image=ImageType(by_parameter, settable=False), image_names=name_of_parameter
    ),
)
