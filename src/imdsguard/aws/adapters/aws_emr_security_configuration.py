"""`aws_emr_security_configuration`: JSON that says, among others, how an EMR cluster's nodes are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.organizations.json_text import read_json
from imdsguard.aws.precedence.layer import Layer, silent, undecided
from imdsguard.aws.precedence.option import read_option
from imdsguard.aws.precedence.settings import Settings
from imdsguard.model.option import HOP_LIMIT, HTTP_TOKENS, Source
from imdsguard.model.value import Absent, Known, Unknown

if TYPE_CHECKING:
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.resource import Resource
    from imdsguard.model.value import Value

SECTION = "InstanceMetadataServiceConfiguration"
VERSION = "MinimumInstanceMetadataServiceVersion"
VERSIONS = {1: "optional", 2: "required", "1": "optional", "2": "required"}


def settings(resource: Resource, _: RootIndex) -> Settings:
    """Read the JSON.

    (EMR Management Guide, "Create a security configuration")
    """
    value = resource.body.attribute("configuration")
    return Settings(resource.address, layer_of(resource, value), Absent())


def layer_of(resource: Resource, value: Value) -> Layer:
    """Return what the JSON says of tokens and the hop limit."""
    parsed = read_json(value, "configuration")
    if isinstance(parsed, Unknown):
        return undecided(Source.LAUNCH, resource.address, parsed)
    section = parsed.get(SECTION) if isinstance(parsed, dict) else None
    if not isinstance(section, dict):
        return silent(Source.LAUNCH, resource.address)
    place = value.place or resource.place
    answers: dict[str, Value] = {}
    version = section.get(VERSION)
    if version is not None:
        known = VERSIONS.get(version) if isinstance(version, (int, str)) and not isinstance(version, bool) else None
        refused = Unknown(f"{VERSION} accepts nothing but 1 and 2", place=place)
        answers[HTTP_TOKENS] = Known(known, place) if known is not None else refused
    hops = section.get("HttpPutResponseHopLimit")
    if isinstance(hops, (int, str)):
        answers[HOP_LIMIT] = read_option(HOP_LIMIT, Known(hops, place))
    return Layer(Source.LAUNCH, resource.address, answers)
