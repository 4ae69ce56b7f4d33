"""Playbooks of Ansible that are written at boot: tasks that fetch (`uri`, `get_url`), and commands.

Source: docs.ansible.com, the modules uri, get_url, shell, command, raw; ec2_metadata_facts uses tokens.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imdsguard.aws.user_data.metadata_service import Target, has_token_header, names_host, target_of
from imdsguard.aws.user_data.script import GAP, Language, Script, ScriptCall, ScriptReading
from imdsguard.aws.user_data.yaml_nodes import NotYamlError, entries, items, root_of, scalar, scalars
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.user_data import Flaw

if TYPE_CHECKING:
    from yaml import Node

_FETCH = frozenset({"uri", "get_url"})
_RUN = frozenset({"shell", "command", "raw"})
_TEXT = frozenset({"debug", "name", "copy", "lineinfile", "set_fact", "vars", "when", "register", "environment"})


def read_playbook(script: Script) -> ScriptReading:
    """Find the calls in a playbook, or a list of tasks."""
    try:
        root = root_of(script.text)
    except NotYamlError as problem:
        return ScriptReading(unread=(Reason(ReasonKind.PLAYBOOK_BROKEN, script.name, cause=problem.reason),))
    calls: list[ScriptCall] = []
    inner: list[Script] = []
    stack = [root] if root is not None else []
    seen: set[int] = set()
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        stack.extend(items(node))
        for key, value in entries(node):
            module = key.rsplit(".", 1)[-1]
            line = script.line + value.start_mark.line
            if module in _FETCH:
                calls += _fetched(value, script, line)
            elif module in _RUN:
                fields = dict(entries(value))
                text = (
                    scalar(value)
                    or scalar(fields.get("cmd"))
                    or " ".join(scalar(w) or "" for w in items(fields.get("argv")))
                )
                text = re.sub(r"\{\{.*?\}\}", GAP, text)
                inner.append(Script(f"{script.name}, {module}", Language.SHELL, text, line, exact=False))
            elif module not in _TEXT:
                text = scalar(value) or ""
                if names_host(text):
                    calls.append(ScriptCall(Flaw.NOT_UNDERSTOOD, f"{key}: {text}"[:120], script.name, line, 0))
                stack.append(value)
    return ScriptReading(tuple(calls), tuple(inner))


def _fetched(node: Node, script: Script, line: int) -> list[ScriptCall]:
    texts = [each.value for each in scalars(node)]
    url = next((t for t in texts if names_host(t)), None)
    if url is None or target_of(url) is Target.TOKEN or any(has_token_header(t) for t in texts):
        return []
    return [ScriptCall(Flaw.NO_TOKEN, f"uri {url}"[:120], script.name, line, 0)]
