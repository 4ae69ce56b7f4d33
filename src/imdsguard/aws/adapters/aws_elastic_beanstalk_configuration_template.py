"""`aws_elastic_beanstalk_configuration_template`: settings that environments start from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from imdsguard.aws.beanstalk import NOT_SHOWN, platform_layer, switch_layer
from imdsguard.aws.precedence.layer import Layer
from imdsguard.aws.precedence.settings import Settings
from imdsguard.aws.services import service
from imdsguard.model.option import HTTP_TOKENS, Source
from imdsguard.model.value import Absent, Unknown

if TYPE_CHECKING:
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Resource


def settings(resource: Resource, _: RootIndex) -> Settings:
    """Read the settings alone: the platform is the environment's too."""
    return Settings(resource.address, switch_layer(resource), Absent())


def launches(resource: Resource, root: RootIndex) -> Launch:
    """Say what an environment made with it gets with nothing more said. It starts nothing itself."""
    unknown = Unknown(NOT_SHOWN, place=resource.place)
    platform = platform_layer(resource, "solution_stack_name")
    platform = platform or Layer(Source.LAUNCH, resource.address, {HTTP_TOKENS: unknown})
    return replace(service(resource, (root.settings(resource).layer, platform)), follows_account=False)
