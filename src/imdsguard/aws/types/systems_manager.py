"""Systems Manager: documents with commands, and the associations that run them on instances.

(Systems Manager User Guide, "Command document plugin reference", "Understanding targets and rate controls in State
Manager associations"; Terraform AWS provider, `aws_ssm_document`, `aws_ssm_association`)
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from imdsguard.aws.precedence.scope import scope_of
from imdsguard.aws.types import capability
from imdsguard.aws.types.resource_type import ResourceType
from imdsguard.aws.types.run_documents import runs_of
from imdsguard.model.launch import Kind
from imdsguard.model.value import Absent, Known, Unknown, text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from imdsguard.aws.root_index import RootIndex
    from imdsguard.aws.types.code_run import CodeRun
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Body, Resource
    from imdsguard.model.value import Value


def association_runs(resource: Resource, root: RootIndex) -> Iterator[CodeRun]:
    """Yield the document of an association, if it is in the code."""
    named = resource.body.attribute("name")
    found = root.find(named.reference) if isinstance(named, Unknown) and named.reference is not None else None
    if found is None:
        text = text_of(named)
        documents = (
            each for each, _ in root.capable(capability.commands) if text_of(each.body.attribute("name")) == text
        )
        found = next(documents, None) if text else None
    if found is not None:
        yield from runs_of(found, partial(reaches, resource))


def content(resource: Resource) -> tuple[Value, str]:
    """Return the text of a document; where it is attached, it is somewhere else."""
    return resource.body.attribute("content"), ""


def reaches(association: Resource, launch: Launch) -> bool | None:
    """Tell whether an association targets the instances of a launch: those that meet all its targets."""
    if not launch.starts_instances or launch.kind is Kind.SERVICE:
        return False
    if scope_of(association).same(launch.scope) is False:
        return False
    body = association.body
    single = body.attribute("instance_id")
    answers = [] if isinstance(single, Absent) else [_is_instance(single, launch)]
    targets = body.blocks("targets")
    answers += [_meets(target, launch) for target in targets.items]
    if False in answers:
        return False
    if not answers and targets.unknown is None:
        return False
    return None if None in answers or targets.unknown is not None else True


def _meets(target: Body, launch: Launch) -> bool | None:
    key, values = text_of(target.attribute("key")), _values(target.attribute("values"))
    if key is None or values is None:
        return None
    if key == "InstanceIds":
        return _any([_is_instance(each, launch) for each in values])
    if key.startswith("tag:"):
        return _any([_has_tag(launch, key.removeprefix("tag:"), each) for each in values])
    return None


def _values(value: Value) -> list[Value] | None:
    """The members of a list; None where they cannot be told apart. A plan shows a list of one unknown as that one."""
    if isinstance(value, Unknown) and value.reference is not None:
        return [value]
    return list(value.value) if isinstance(value, Known) and isinstance(value.value, tuple) else None


def _any(answers: list[bool | None]) -> bool | None:
    return True if True in answers else None if None in answers else False


def _is_instance(value: Value, launch: Launch) -> bool | None:
    """Whether a value is the id of a launch's instance, or stands for all."""
    text = text_of(value)
    if text is not None:
        return text == "*" or (launch.kind is Kind.INSTANCE and text_of(launch.resource.body.attribute("id")) == text)
    if launch.kind is not Kind.INSTANCE:
        return None
    reference = value.reference if isinstance(value, Unknown) else None
    return reference.address == launch.address if reference is not None else None


def _has_tag(launch: Launch, key: str, wanted: Value) -> bool | None:
    text = text_of(wanted)
    found = [tags.of(key) for tags in launch.tags]
    if text is None or not found:
        return None
    return _any([None if isinstance(each, Unknown) else text_of(each) == text for each in found])


TYPES: tuple[ResourceType, ...] = (
    ResourceType(name="aws_ssm_document", commands=content),
    ResourceType(name="aws_ssm_association", runs_code=association_runs),
)
