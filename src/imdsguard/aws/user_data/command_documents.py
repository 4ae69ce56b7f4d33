"""Documents with steps, some of which run commands: Systems Manager's, and the components of Image Builder.

(Systems Manager User Guide, "Command document plugin reference": `aws:runShellScript`, `aws:runPowerShellScript`; Image
Builder User Guide, "Action modules supported by AWSTOE component manager": `ExecuteBash`, `ExecutePowerShell`)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imdsguard.aws.user_data import Contents, read_scripts
from imdsguard.aws.user_data.metadata_service import names_host
from imdsguard.aws.user_data.script import GAP, Language, Script
from imdsguard.aws.user_data.yaml_nodes import NotYamlError, entries, items, root_of, scalar, scalars
from imdsguard.model.reason import Reason, ReasonKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yaml import Node

ACTIONS = {
    "aws:runShellScript": Language.SHELL,
    "aws:runPowerShellScript": Language.POWERSHELL,
    "ExecuteBash": Language.SHELL,
    "ExecutePowerShell": Language.POWERSHELL,
}
COMMANDS = ("runCommand", "commands")
_PARAMETER = re.compile(r"\{\{[^{}]{1,200}\}\}")
_MOST_STEPS = 500


def read_document(name: str, text: str) -> Contents:
    """Read the commands of a document, JSON or YAML. What its parameters are is not known."""
    try:
        root = root_of(text)
    except NotYamlError as error:
        return Contents(text, unread=(Reason(ReasonKind.DOCUMENT_BROKEN, name, cause=error.reason),))
    if root is None:
        return Contents(text)
    scripts: list[Script] = []
    read: set[int] = set()
    for language, node in _commands(root):
        lines = [scalar(line) or "" for line in items(node)] or [scalar(node) or ""]
        read.update(id(each) for each in scalars(node))
        scripts.append(Script(name, language, _PARAMETER.sub(GAP, "\n".join(lines)), 1, exact=False))
    unread = [
        Reason(ReasonKind.STEP_NAMES_SERVICE, name)
        for each in scalars(root)
        if id(each) not in read and names_host(str(each.value))
    ]
    return read_scripts(scripts, text, unread[:1])


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
