"""Documents with steps, some of which run commands: Systems Manager's, and the components of Image Builder.

(Systems Manager User Guide, "Command document plugin reference": `aws:runShellScript`, `aws:runPowerShellScript`; Image
Builder User Guide, "Action modules supported by AWSTOE component manager": `ExecuteBash`, `ExecutePowerShell`)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from imdsguard.aws.user_data import Contents, read_scripts
from imdsguard.aws.user_data.metadata_service import names_host
from imdsguard.aws.user_data.script import GAP, Language, Script
from imdsguard.aws.user_data.yaml_nodes import NotYamlError, entries, items, root_of, scalar, scalars
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.value import Known, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yaml import Node

    from imdsguard.model.value import Value

ACTIONS = {
    "aws:runShellScript": Language.SHELL,
    "aws:runPowerShellScript": Language.POWERSHELL,
    "ExecuteBash": Language.SHELL,
    "ExecutePowerShell": Language.POWERSHELL,
}
COMMANDS = ("runCommand", "commands")
_PARAMETER = re.compile(r"\{\{\s*([^{}]{1,200}?)\s*\}\}")
_MOST_STEPS = 500


def read_document(name: str, text: str, given: Mapping[str, Value] = MappingProxyType({})) -> Contents:
    """Read the commands of a document, JSON or YAML, with its parameters as given, or else by their default.

    What a parameter without either is, is not known.
    """
    try:
        root = root_of(text)
    except NotYamlError as error:
        return Contents(text, unread=(Reason(ReasonKind.DOCUMENT_BROKEN, name, cause=error.reason),))
    if root is None:
        return Contents(text)
    parameters = _defaults(root) | {key: "\n".join(lines_of(value)) for key, value in given.items()}
    scripts: list[Script] = []
    read: set[int] = set()
    for language, node in _commands(root):
        lines = [scalar(line) or "" for line in items(node)] or [scalar(node) or ""]
        read.update(id(each) for each in scalars(node))
        script = _PARAMETER.sub(lambda found: parameters.get(found[1], GAP), "\n".join(lines))
        scripts.append(Script(name, language, script, 1, exact=False))
    unread = [
        Reason(ReasonKind.STEP_NAMES_SERVICE, name)
        for each in scalars(root)
        if id(each) not in read and names_host(str(each.value)) and id(each) not in _default_nodes(root)
    ]
    return read_scripts(scripts, text, unread[:1])


def lines_of(value: Value) -> list[str]:
    """Give the lines of a parameter: a text, a list of texts, or one in JSON; `GAP` for what is not known."""
    if isinstance(value, Known) and isinstance(value.value, tuple):
        return [line for each in value.value for line in lines_of(each)]
    text = value.sketch if isinstance(value, Unknown) else value.value if isinstance(value, Known) else ""
    if not isinstance(text, str):
        return [GAP] if text is None or isinstance(text, Mapping) else [str(text)]
    if text.lstrip().startswith("["):
        import msgspec

        try:
            return msgspec.json.decode(text, type=list[str])
        except msgspec.MsgspecError:
            return [text]
    return [text]


def _defaults(root: Node) -> dict[str, str]:
    """The parameters of a document that have a default: a text, or lines."""
    return {
        name: "\n".join([scalar(line) or "" for line in items(node)] or [scalar(node) or ""])
        for name, node in _default_of(root)
    }


def _default_nodes(root: Node) -> set[int]:
    return {id(each) for _, node in _default_of(root) for each in scalars(node)}


def _default_of(root: Node) -> Iterator[tuple[str, Node]]:
    for key, parameters in entries(root):
        if key == "parameters":
            for name, parameter in entries(parameters):
                yield from ((name, value) for part, value in entries(parameter) if part == "default")


def _commands(root: Node) -> Iterator[tuple[Language, Node]]:
    """Yield the commands of each step that runs some: a step names its action, or is what an action's name leads to."""
    pending: list[tuple[Node, Language | None]] = [(root, None)]
    for _ in range(_MOST_STEPS * 20):
        if not pending:
            return
        node, language = pending.pop()
        members = list(entries(node))
        named = next((scalar(value) for key, value in members if key == "action"), None)
        language = ACTIONS.get(named or "", language)
        for key, value in reversed(members):
            if key in COMMANDS and language is not None:
                yield language, value
            else:
                pending.append((value, ACTIONS.get(key, language)))
        pending.extend((each, language) for each in reversed(items(node)))
