"""`aws_sagemaker_notebook_instance`: which versions of the metadata service the notebook's instance answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.precedence.layer import Layer, silent, undecided
from imdsguard.aws.services import service
from imdsguard.model.option import HTTP_TOKENS, Source
from imdsguard.model.value import Absent, Known, Unknown

if TYPE_CHECKING:
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Resource


BLOCK = "instance_metadata_service_configuration"
ARGUMENT = "minimum_instance_metadata_service_version"
VERSIONS = {"1": "optional", "2": "required", 1: "optional", 2: "required"}


def launches(resource: Resource, _: RootIndex) -> Launch:
    """Read the minimum version: `2` requires tokens. Without one SageMaker allows both.

    The instance runs in an account of SageMaker's own. (SageMaker API, InstanceMetadataServiceConfiguration)
    """
    return service(resource, (own_layer(resource),), follows_account=False)


def own_layer(resource: Resource) -> Layer:
    """Return what the block says of tokens."""
    blocks = resource.body.blocks(BLOCK)
    if not blocks.items:
        if blocks.unknown is not None:
            return undecided(Source.LAUNCH, resource.address, blocks.unknown)
        return silent(Source.LAUNCH, resource.address)
    version = blocks.items[0].attribute(ARGUMENT)
    if isinstance(version, Absent) or (isinstance(version, Known) and version.value == ""):
        return silent(Source.LAUNCH, resource.address)
    place = version.place or blocks.items[0].place
    if isinstance(version, Known):
        raw = version.value
        tokens = VERSIONS.get(raw) if isinstance(raw, (str, int)) and not isinstance(raw, bool) else None
        if tokens is not None:
            answer: Known | Unknown = Known(tokens, place, version.trace, version.sensitive)
        else:
            answer = Unknown(f'{ARGUMENT} accepts nothing but "1" and "2"', place=place, trace=version.trace)
    else:
        answer = version
    return Layer(Source.LAUNCH, resource.address, {HTTP_TOKENS: answer})
