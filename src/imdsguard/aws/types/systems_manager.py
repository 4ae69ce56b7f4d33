"""Systems Manager: documents with commands, and the associations that run them on instances.

(Systems Manager User Guide, "Command document plugin reference", "Understanding targets and rate controls in State
Manager associations"; Terraform AWS provider, `aws_ssm_document`, `aws_ssm_association`,
`aws_ssm_maintenance_window_task`; CloudFormation, AWS::SSM::Association, AWS::EC2::Instance SsmAssociation)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING

from imdsguard.aws.precedence.scope import scope_of
from imdsguard.aws.types import capability
from imdsguard.aws.types.code_run import CodeRun, CommandLines, DocumentText
from imdsguard.aws.types.registry import record_of
from imdsguard.aws.types.resource_type import ResourceType
from imdsguard.aws.types.run_documents import runs_of
from imdsguard.aws.user_data.metadata_service import names_host
from imdsguard.aws.user_data.script import Language
from imdsguard.model.launch import Kind
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.record import replace
from imdsguard.model.user_data import UntoldCode
from imdsguard.model.value import Absent, Known, Unknown, text_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from imdsguard.aws.root_index import RootIndex
    from imdsguard.model.launch import Launch
    from imdsguard.model.resource import Body, Resource
    from imdsguard.model.value import Value


BY_AWS = {
    "AWS-RunShellScript": ("commands", Language.SHELL),
    "AWS-RunPowerShellScript": ("commands", Language.POWERSHELL),
    "AWS-InstallPowerShellModule": ("commands", Language.POWERSHELL),
    "AWS-RunRemoteScript": ("commandLine", Language.SHELL),
}
"""Documents of AWS that run commands which they are given: by which parameter, and in which language."""
OF_AWS = ("AWS", "Amazon")
"""How the names of documents begin that AWS owns."""
_SOURCE = re.compile(r"(?:https?|s3)://[^\s\"'<>]+")


def association_runs(resource: Resource, root: RootIndex) -> Iterator[CodeRun]:
    """Yield what an association runs: a document of the code, or the commands that it gives one of AWS."""
    body = resource.body
    given = body.attribute("parameters")
    yield from _runs(resource, body.attribute("name"), given, partial(reaches, resource), root)


def task_runs(resource: Resource, root: RootIndex) -> Iterator[CodeRun]:
    """Yield what a task of a maintenance window runs as a command: targets may be those of a window's target."""
    body = resource.body
    if text_of(body.attribute("task_type")) not in ("RUN_COMMAND", None):
        return
    blocks = [
        parameter
        for invocation in body.blocks("task_invocation_parameters").items
        for command in invocation.blocks("run_command_parameters").items
        for parameter in command.blocks("parameter").items
    ]
    named = {text_of(each.attribute("name")) or "": each.attribute("values") for each in blocks}
    targets = partial(_meets_task, resource, root)
    yield from _runs(resource, body.attribute("task_arn"), Known(named), targets, root)


def associated_runs(resource: Resource, root: RootIndex) -> Iterator[CodeRun]:
    """Yield what an `awscc_ec2_instance` runs by documents that are associated with it in its own arguments."""
    for each in resource.body.blocks("ssm_associations").items:
        parameters = each.blocks("association_parameters").items
        named = {text_of(part.attribute("key")) or "": part.attribute("value") for part in parameters}
        yield from _runs(resource, each.attribute("document_name"), Known(named), partial(_is_launch, resource), root)


def _runs(
    resource: Resource, named: Value, given: Value, reached: Callable[[Launch], bool | None], root: RootIndex
) -> Iterator[CodeRun]:
    parameters = given.value if isinstance(given, Known) and isinstance(given.value, Mapping) else {}
    found = root.find(named.reference) if isinstance(named, Unknown) and named.reference is not None else None
    text = (text_of(named) or "").rpartition("/")[2]
    if found is None and text:
        documents = root.capable(capability.commands)
        found = next((each for each, _ in documents if text_of(each.body.attribute("name")) == text), None)
    if found is not None:
        yield from runs_of(found, reached, parameters)
    elif isinstance(named, Unknown):
        yield CodeRun(resource.address, (), reached, (_not_told(resource, named),))
    elif text in BY_AWS and isinstance(given, Unknown):
        yield CodeRun(resource.address, (), reached, (_not_told(resource, given),))
    elif text:
        yield _of_parameters(resource, text, parameters, reached)


def _not_told(resource: Resource, cause: Unknown) -> UntoldCode:
    return UntoldCode(Reason(ReasonKind.NOT_COMPUTED, f"what {resource.address} runs", cause=cause.reason), cause.place)


def _of_parameters(
    resource: Resource, document: str, parameters: Mapping[str, Value], reached: Callable[[Launch], bool | None]
) -> CodeRun:
    """What a document that is not in the code is given: commands to run, and whence it takes others."""
    argument, language = BY_AWS.get(document, ("", Language.SHELL))
    others = [line for name, value in parameters.items() if name != argument for line in command_lines(value)]
    texts = [text_of(line) or getattr(line, "sketch", None) or "" for line in others]
    code: list[DocumentText | CommandLines] = [
        DocumentText(Absent(), address) for text in texts for address in _SOURCE.findall(text)
    ]
    if not document.startswith(OF_AWS):
        code.append(DocumentText(Absent(), document))
    if argument in parameters:
        code.append(CommandLines(command_lines(parameters[argument]), language))
    untold = UntoldCode(Reason(ReasonKind.PARAMETER_NAMES_SERVICE, resource.address), resource.place)
    return CodeRun(resource.address, tuple(code), reached, (untold,) if any(map(names_host, texts)) else ())


def command_lines(value: Value) -> tuple[Value, ...]:
    """Give the lines of commands: of one text, of a list, or of a list that is written as JSON in a text."""
    if isinstance(value, Known) and isinstance(value.value, tuple):
        return tuple(line for each in value.value for line in command_lines(each))
    text = text_of(value) if isinstance(value, Known) else value.sketch if isinstance(value, Unknown) else None
    if text is None or not text.lstrip().startswith("["):
        return (value,)
    import msgspec

    try:
        lines = msgspec.json.decode(text, type=list[str])
    except msgspec.MsgspecError:
        return (value,)
    if isinstance(value, Unknown):
        return tuple(replace(value, sketch=line, written=None) for line in lines)
    assert isinstance(value, Known)
    return tuple(replace(value, value=line, written=None) for line in lines)


def content(resource: Resource) -> tuple[Value, str]:
    """Return the text of a document; where it is attached, it is somewhere else."""
    return resource.body.attribute("content"), ""


def _is_launch(resource: Resource, launch: Launch) -> bool:
    return launch.address == resource.address


def _meets_task(task: Resource, root: RootIndex, launch: Launch) -> bool | None:
    """Whether a task runs on the instances of a launch: those of its targets, which may be targets of its window."""
    if not _may_run(task, launch):
        return False
    targets = task.body.blocks("targets")
    answers = [
        _meets_window(target, root, launch)
        if text_of(target.attribute("key")) == "WindowTargetIds"
        else _meets(target, launch)
        for target in targets.items
    ]
    return _any([*answers, None] if targets.unknown is not None else answers)


def _meets_window(target: Body, root: RootIndex, launch: Launch) -> bool | None:
    """Whether the targets of a maintenance window that are named take a launch in."""
    found = [
        root.find(value.reference) if isinstance(value, Unknown) and value.reference is not None else None
        for value in _values(target.attribute("values")) or [Absent()]
    ]
    return _any([_taken_in(each, launch) for each in found])


def _taken_in(target: Resource | None, launch: Launch) -> bool | None:
    record = record_of(target.kind) if target is not None else None
    return record.takes_in(target, launch) if target is not None and record is not None and record.takes_in else None


def _may_run(runs: Resource, launch: Launch) -> bool:
    """Whether what runs documents may do so on instances of a launch: in its Region, on what is no service's own."""
    own = launch.starts_instances and launch.kind is not Kind.SERVICE
    return own and scope_of(runs).same(launch.scope) is not False


def reaches(association: Resource, launch: Launch) -> bool | None:
    """Tell whether an association, or a target of a window, takes in the instances of a launch: by all its targets."""
    if not _may_run(association, launch):
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
    ResourceType(name="awscc_ssm_document", commands=content),
    ResourceType(name="aws_ssm_association", runs_code=association_runs),
    ResourceType(name="awscc_ssm_association", runs_code=association_runs),
    ResourceType(name="aws_ssm_maintenance_window_task", runs_code=task_runs),
    ResourceType(name="aws_ssm_maintenance_window_target", takes_in=reaches),
)
