"""`aws_elastic_beanstalk_environment`: its settings, over those of its template, over what its platform does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.beanstalk import BELOW, NOT_SHOWN, platform_layer, switch_layer
from imdsguard.aws.precedence.layer import Layer, undecided
from imdsguard.aws.precedence.scope import scope_of
from imdsguard.aws.precedence.settings import doubtful
from imdsguard.aws.services import service
from imdsguard.aws.templates.lookup import named_by
from imdsguard.model.option import HTTP_TOKENS, Source
from imdsguard.model.value import Absent, Unknown

if TYPE_CHECKING:
    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Resource


TEMPLATE = "aws_elastic_beanstalk_configuration_template"


def launches(resource: Resource, root: RootIndex) -> Launch:
    """Resolve environment > configuration template > platform; whether a Region default comes in is not documented."""
    template: Resource | None = None
    layers = [switch_layer(resource)]
    name = resource.body.attribute("template_name")
    if not isinstance(name, Absent):
        template = named_by(name, resource, root, TEMPLATE)
        if template is not None:
            layers.append(root.settings(template).layer)
        else:
            reason = "its configuration template is not in the code"
            layers.append(undecided(Source.LAUNCH, resource.address, Unknown(reason, place=name.place)))
    platform = platform_layer(resource, "solution_stack_name", "platform_arn")
    if platform is None and template is not None:
        platform = platform_layer(template, "solution_stack_name")
    if platform is None:
        unknown = Unknown(NOT_SHOWN, place=resource.place)
        platform = Layer(Source.LAUNCH, resource.address, {HTTP_TOKENS: unknown})
    layers += [platform, doubtful(root.default_layer(scope_of(resource)), BELOW)]
    return service(resource, layers, (template.address,) if template is not None else ())
