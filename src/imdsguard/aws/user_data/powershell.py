"""Metadata calls in PowerShell: Invoke-RestMethod, Invoke-WebRequest, their aliases, and Net.WebClient."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from imdsguard.aws.user_data.metadata_service import Target, has_token_header, target_of
from imdsguard.aws.user_data.packages import old_pins
from imdsguard.aws.user_data.script import GAP, Language, Script, ScriptCall, ScriptReading
from imdsguard.aws.user_data.syntax_tree import place_of, text_of, tree_of, walk
from imdsguard.model.user_data import Flaw

if TYPE_CHECKING:
    from tree_sitter import Node

_CLIENTS = frozenset({"invoke-restmethod", "invoke-webrequest", "irm", "iwr", "curl", "curl.exe", "wget", "wget.exe"})
_METHODS = frozenset({"downloadstring", "downloadfile", "downloaddata", "openread", "getstringasync", "getasync"})
_VARIABLE = re.compile(r"\$\{?(?:(?:global|script|local|private):)?(\w+)\}?", re.IGNORECASE)
_LONGEST = 4_000


def read_powershell(script: Script) -> ScriptReading:
    """Find the calls in a PowerShell script. Names are case-insensitive there."""
    variables: dict[str, str] = {}
    calls: list[ScriptCall] = []
    for node in walk(tree_of(Language.POWERSHELL, script.text)):
        if node.type == "assignment_expression":
            _assign(node, variables)
        elif node.type == "command":
            name = node.child_by_field_name("command_name")
            if name is not None and text_of(name).lower() in _CLIENTS:
                _judge(script, node, text_of(node), variables, calls)
            elif name is not None:
                line, _ = place_of(node)
                words = re.split(r"[\s\"']+", _substituted(text_of(node), variables).strip())
                calls += (
                    ScriptCall(Flaw.OLD_SDK, pin, script.name, script.line + line - 1, 0) for pin in old_pins(words)
                )
        elif node.type == "invokation_expression":
            member = next((c for c in node.children if c.type == "member_name"), None)
            if member is not None and text_of(member).lower() == "add":
                _add(node, variables)
            elif member is not None and text_of(member).lower() in _METHODS:
                _judge(script, node, text_of(node), variables, calls)
    return ScriptReading(tuple(calls))


def _assign(node: Node, variables: dict[str, str]) -> None:
    name, operator, value = (text_of(part) for part in _assignment_parts(node))
    found = _VARIABLE.fullmatch(name.strip().split(".", 1)[0].split("[", 1)[0])
    if found is None:
        return
    key = found[1].lower()
    # $h["X-..."] = $t, $client.Headers = ... and += add to what the name stands for
    added = operator != "=" or not _VARIABLE.fullmatch(name.strip())
    text = _substituted(name.strip()[len(found[0]) :] + " " + value if added else value, variables)
    variables[key] = (variables.get(key, "") + " " + text if added else text)[:_LONGEST]


def _add(node: Node, variables: dict[str, str]) -> None:
    """Remember what `$client.Headers.Add("X-...", $t)` adds."""
    source = text_of(node)
    found = _VARIABLE.match(source)
    if found is not None and has_token_header(source):
        key = found[1].lower()
        variables[key] = (variables.get(key, "") + " " + source[len(found[0]) :])[:_LONGEST]


def _assignment_parts(node: Node) -> tuple[Node, Node, Node]:
    children = [c for c in node.children if c.is_named]
    return children[0], children[1], children[-1]


def _judge(script: Script, node: Node, source: str, variables: dict[str, str], calls: list[ScriptCall]) -> None:
    text = _substituted(source, variables)
    if target_of(text) is not Target.DATA or has_token_header(text):
        return
    line, column = place_of(node)
    splatted = re.search(r"(?<![\w@])@(\w+)", source)
    open_headers = splatted is not None or re.search(rf"-head\w*\s+{GAP}", text, re.IGNORECASE) is not None
    flaw = Flaw.UNDECIDED if open_headers else Flaw.NO_TOKEN
    what = source.split("\n", 1)[0].strip()[:120]
    calls.append(ScriptCall(flaw, what, script.name, script.line + line - 1, column if script.exact else 0))


def _substituted(text: str, variables: dict[str, str]) -> str:
    """The text with variables replaced by what they were last set to, quotes of their values taken off."""

    def value(match: re.Match[str]) -> str:
        known = variables.get(match[1].lower())
        return GAP if known is None else known.strip().strip("\"'")

    return _VARIABLE.sub(value, text[:_LONGEST])[:_LONGEST]
