"""Elastic Beanstalk: the setting `DisableIMDSv1`, and what a platform does without it, under environments.

(Elastic Beanstalk Developer Guide, "General options for all environments": `DisableIMDSv1` is `false` by default on
Amazon Linux 2 and older and on Windows Server 2019, `true` on Amazon Linux 2023 and on Windows Server 2022 and later)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imdsguard.aws.precedence.layer import Layer, silent, undecided
from imdsguard.aws.precedence.scope import scope_of
from imdsguard.aws.precedence.settings import Settings, doubtful
from imdsguard.aws.tags.read import either, own_layers
from imdsguard.aws.templates.lookup import named_by
from imdsguard.aws.types.managed_services import service
from imdsguard.aws.types.resource_type import (
    NO_IDENTITY,
    NO_MEMBERS,
    NO_OPTIONS,
    InstanceTags,
    Members,
    ResourceType,
    SharedBy,
    SharedSettings,
    no_user_data,
)
from imdsguard.aws.workload import shown
from imdsguard.model.option import HTTP_TOKENS, Source
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.record import replace
from imdsguard.model.service_terms import ServiceTerms
from imdsguard.model.tags import Tags
from imdsguard.model.value import Absent, Known, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Blocks, Body, Resource
    from imdsguard.model.value import Value

NAMESPACE = "aws:autoscaling:launchconfiguration"
NAME = "DisableIMDSv1"
SETTINGS = (("setting", "name"), ("option_settings", "option_name"))
"""The blocks of settings, and the argument in them that names one: the second pair is the `awscc` provider's."""
SWITCH: dict[object, str] = {"true": "required", "false": "optional", True: "required", False: "optional"}

NOT_SHOWN = Reason(ReasonKind.PLATFORM_DECIDES, NAME)
BELOW = Reason(
    ReasonKind.UNDOCUMENTED, f"whether the Region default applies where Beanstalk's setting {NAME} is not given"
)

_LINUX = re.compile(r"Amazon Linux (\d{4}|\d)")
_WINDOWS = re.compile(r"Windows Server (?:Core )?(\d{4})")


def switch_layer(resource: Resource) -> Layer:
    """Return what the `setting` blocks of an environment or a configuration template say of tokens."""
    found = [(resource.body.blocks(block), name) for block, name in SETTINGS]
    answers = [
        answer
        for blocks, name in found
        for block in blocks.items
        if not isinstance(answer := switch(block, name), Absent)
    ]
    if not answers:
        unknown = next((blocks.unknown for blocks, name in found if _may_switch(blocks, name)), None)
        if unknown is not None:
            return undecided(Source.LAUNCH, resource.address, unknown)
        return silent(Source.LAUNCH, resource.address)
    first = next((answer for answer in answers if isinstance(answer, Known)), answers[0])
    if any(
        isinstance(answer, Known) and isinstance(first, Known) and answer.value != first.value for answer in answers
    ):
        first = Unknown(Reason(ReasonKind.SETTING_TWICE, NAME), place=first.place)
    return Layer(Source.LAUNCH, resource.address, {HTTP_TOKENS: first})


def _may_switch(blocks: Blocks, name_argument: str) -> bool:
    """Whether settings that are not known may say something of tokens."""
    if blocks.unknown is None or blocks.possible is None:
        return blocks.unknown is not None
    return any(not isinstance(switch(each, name_argument), Absent) for each in blocks.possible)


def switch(setting: Body, name_argument: str = "name") -> Value:
    """Return what one `setting` says of tokens: absent if it is another setting."""
    wanted_of = {"namespace": NAMESPACE, name_argument: NAME}
    named = {name: setting.attribute(name) for name in wanted_of}
    for name, wanted in wanted_of.items():
        value = named[name]
        if isinstance(value, Absent) or (isinstance(value, Known) and value.value != wanted):
            return Absent()
    for name, value in named.items():
        if isinstance(value, Unknown):
            reason = Reason(ReasonKind.SETTING_UNSURE, NAME, name, cause=value.reason)
            return Unknown(reason, place=value.place or setting.place, trace=value.trace)
    value = setting.attribute("value")
    place = value.place or setting.place
    if isinstance(value, Known):
        tokens = SWITCH.get(value.value) if isinstance(value.value, (str, bool)) else None
        if tokens is not None:
            return Known(tokens, place, value.trace, value.sensitive)
        reason = Reason(ReasonKind.NOT_ACCEPTED, f"the setting {NAME}", expected='"true" and "false"')
        return Unknown(reason, place=place, trace=value.trace)
    return value if isinstance(value, Unknown) else Absent()


def platform_layer(resource: Resource, *arguments: str) -> Layer | None:
    """Return what the platform that one of these arguments names does of itself; None if none is set."""
    for argument in arguments:
        value = resource.body.attribute(argument)
        if isinstance(value, Absent):
            continue
        tokens = platform_default(value.value) if isinstance(value, Known) and isinstance(value.value, str) else None
        place = value.place or resource.place
        if tokens == "required":
            return Layer(Source.LAUNCH, resource.address, {HTTP_TOKENS: Known(tokens, place, value.trace)})
        if tokens == "optional":
            return silent(Source.LAUNCH, resource.address)
        unknown = Unknown(NOT_SHOWN, place=place, trace=value.trace)
        return Layer(Source.LAUNCH, resource.address, {HTTP_TOKENS: unknown})
    return None


def platform_default(text: str) -> str | None:
    """Read the operating system out of a solution stack's name or a platform's ARN: what it makes of tokens."""
    linux = _LINUX.search(text)
    if linux is not None:
        return "required" if linux.group(1) == "2023" else "optional"
    windows = _WINDOWS.search(text)
    if windows is not None:
        return "required" if int(windows.group(1)) >= 2022 else "optional"
    return None


def environment(resource: Resource, root: RootIndex) -> Launch:
    """Resolve environment > configuration template > platform; whether a Region default comes in is not documented."""
    template: Resource | None = None
    layers = [switch_layer(resource)]
    name = resource.body.attribute("template_name")
    if not isinstance(name, Absent):
        template = named_by(name, resource, root, SharedBy.ENVIRONMENT_TEMPLATE)
        if template is not None:
            layers.append(root.settings(template).layer)
        else:
            reason = Reason(ReasonKind.NOT_IN_CODE, "its configuration template")
            layers.append(undecided(Source.LAUNCH, resource.address, Unknown(reason, place=name.place)))
    platform = platform_layer(resource, "solution_stack_name", "platform_arn")
    if platform is None and template is not None:
        platform = platform_layer(template, "solution_stack_name")
    if platform is None:
        unknown = Unknown(NOT_SHOWN, place=resource.place)
        platform = Layer(Source.LAUNCH, resource.address, {HTTP_TOKENS: unknown})
    layers += [platform, doubtful(root.default_layer(scope_of(resource)), BELOW)]
    return service(resource, layers, (template.address,) if template is not None else ())


def template_settings(resource: Resource, _: RootIndex) -> Settings:
    """Read the settings alone: the platform is the environment's too."""
    return Settings(resource.address, switch_layer(resource), Absent())


def template(resource: Resource, root: RootIndex) -> Launch:
    """Say what an environment made with it gets with nothing more said. It starts nothing itself."""
    unknown = Unknown(NOT_SHOWN, place=resource.place)
    platform = platform_layer(resource, "solution_stack_name")
    platform = platform or Layer(Source.LAUNCH, resource.address, {HTTP_TOKENS: unknown})
    return replace(service(resource, (root.settings(resource).layer, platform)), follows_account=False)


def environment_tags(resource: Resource, _: RootIndex) -> Iterable[Tags]:
    """Read an environment's tags, which go to all it makes.

    (Elastic Beanstalk Developer Guide, "Tagging resources in your Elastic Beanstalk environments")
    """
    yield Tags(own_layers(resource), ("aws:", "elasticbeanstalk:", "Name"))


def environment_tags_by_cloud_control(resource: Resource, _: RootIndex) -> Iterable[Tags]:
    """Read the same, a list of keys and values."""
    yield Tags((either(resource.body),), ("aws:", "elasticbeanstalk:", "Name"))


TERMS = ServiceTerms(
    """setting {
  namespace = "aws:autoscaling:launchconfiguration"
  name      = "DisableIMDSv1"
  value     = "true"
}""",
    tokens="the setting DisableIMDSv1",
    default="DisableIMDSv1 is not set, and it is false by default on this platform",
)

ENVIRONMENT = ResourceType(
    name="aws_elastic_beanstalk_environment",
    launches=environment,
    options=NO_OPTIONS,
    user_data=no_user_data,
    tags=InstanceTags(environment_tags, None),
    template_paths=(),
    workload=shown,
    identity=NO_IDENTITY,
    members=Members(groups=(("autoscaling_groups",),)),
    terms=TERMS,
)
CONFIGURATION_TEMPLATE = ResourceType(
    name="aws_elastic_beanstalk_configuration_template",
    launches=template,
    shared=SharedSettings(SharedBy.ENVIRONMENT_TEMPLATE, template_settings),
    options=NO_OPTIONS,
    user_data=no_user_data,
    template_paths=(),
    workload=shown,
    identity=NO_IDENTITY,
    members=NO_MEMBERS,
    terms=TERMS,
)
TERMS_BY_CLOUD_CONTROL = replace(
    TERMS,
    remedy="""option_settings = [{
  namespace   = "aws:autoscaling:launchconfiguration"
  option_name = "DisableIMDSv1"
  value       = "true"
}]""",
)

TYPES: tuple[ResourceType, ...] = (
    ENVIRONMENT,
    CONFIGURATION_TEMPLATE,
    replace(
        ENVIRONMENT,
        name="awscc_elasticbeanstalk_environment",
        tags=InstanceTags(environment_tags_by_cloud_control, None),
        terms=TERMS_BY_CLOUD_CONTROL,
    ),
    replace(CONFIGURATION_TEMPLATE, name="awscc_elasticbeanstalk_configuration_template", terms=TERMS_BY_CLOUD_CONTROL),
)
