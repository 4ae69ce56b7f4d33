"""Metadata calls in Python scripts: requests, urllib, httpx and their like; boto 2, which knows no token."""

from __future__ import annotations

from typing import TYPE_CHECKING

from imdsguard.aws.user_data.metadata_service import Target, has_token_header, target_of
from imdsguard.aws.user_data.script import GAP, Language, Script, ScriptCall, ScriptReading
from imdsguard.aws.user_data.syntax_tree import place_of, text_of, tree_of, walk
from imdsguard.model.user_data import Flaw

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

_REQUESTS = frozenset({"get", "head", "post", "request", "urlopen", "urlretrieve", "Request", "fetch", "open", "send"})
_RUNNERS = frozenset({"system", "popen", "Popen", "run", "call", "check_call", "check_output", "getoutput"})
_BOTO2 = frozenset({"get_instance_metadata", "get_instance_userdata", "get_instance_identity"})
_DEEPEST = 40
_LONGEST = 4_000


def read_python(script: Script) -> ScriptReading:
    """Find the calls in a Python script (of either major version)."""
    tree = tree_of(Language.PYTHON, script.text)
    variables: dict[str, str] = {}
    calls: list[ScriptCall] = []
    inner: list[Script] = []
    armed = _armed(tree)
    for node in walk(tree):
        if node.type == "assignment":
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            if left is not None and right is not None and left.type == "identifier":
                variables[text_of(left)] = _expanded(right, variables)
        elif node.type == "call":
            inner += _commands(node, variables, script)
            flaw = _flaw(node, variables, armed)
            if flaw is not None:
                line, column = place_of(node)
                row = script.line + line - 1
                what = text_of(node).split("\n", 1)[0][:120]
                calls.append(ScriptCall(flaw, what, script.name, row, column if script.exact else 0))
    return ScriptReading(tuple(calls), tuple(inner))


def _commands(node: Node, variables: dict[str, str], script: Script) -> Iterator[Script]:
    """Give the shell command that `subprocess.run` and its like run."""
    function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if function is None or arguments is None or not arguments.named_children:
        return
    owner, _, name = text_of(function).rpartition(".")
    if name in _RUNNERS and owner in {"os", "subprocess", ""}:
        line, _ = place_of(node)
        command = _expanded(arguments.named_children[0], variables)
        yield Script(f"{script.name}, {name}()", Language.SHELL, command, script.line + line - 1, exact=False)


def _flaw(node: Node, variables: dict[str, str], armed: frozenset[str]) -> Flaw | None:
    function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
    if function is None or arguments is None:
        return None
    name = text_of(function).rsplit(".", 1)[-1]
    if name in _BOTO2 and "boto" in text_of(function):
        return Flaw.NO_TOKEN
    if name not in _REQUESTS:
        return None
    text = _expanded(arguments, variables)
    if target_of(text) is not Target.DATA or has_token_header(text):
        return None
    if name == "get" and not _names_a_host_first(arguments, variables):
        return None  # of a dictionary: os.environ.get("BASE", "http://...")
    owner = text_of(function).split(".", 1)[0]
    holder = _assigned_to(node)
    given = {text_of(child) for child in arguments.named_children if child.type == "identifier"}
    if owner in armed or holder in armed or given & armed:
        return None
    return Flaw.UNDECIDED if _headers_unknown(arguments, variables) else Flaw.NO_TOKEN


def _names_a_host_first(arguments: Node, variables: dict[str, str]) -> bool:
    """Whether the address is the first argument, or one by name."""
    first = arguments.named_children[0]
    return first.type == "keyword_argument" or target_of(_expanded(first, variables)) is Target.DATA


def _headers_unknown(arguments: Node, variables: dict[str, str]) -> bool:
    for child in arguments.named_children:
        if child.type == "dictionary_splat":
            return True
        if child.type == "keyword_argument":
            name, value = child.child_by_field_name("name"), child.child_by_field_name("value")
            if name is not None and value is not None and text_of(name) == "headers":
                return GAP in _expanded(value, variables)
    return False


def _armed(tree: Node) -> frozenset[str]:
    """Names of sessions and requests that are given the token header by a call or an assignment of their own."""
    names = set()
    for node in walk(tree):
        if node.type == "call":
            function = node.child_by_field_name("function")
            if function is not None and function.type == "attribute" and has_token_header(text_of(node)):
                names.add(text_of(function).split(".", 1)[0])
        elif node.type == "assignment":
            left = node.child_by_field_name("left")
            if left is not None and left.type in {"subscript", "attribute"} and has_token_header(text_of(node)):
                names.add(text_of(left).split(".", 1)[0].split("[", 1)[0])
    return frozenset(names - {"requests", "urllib", "urllib2", "httpx", "http"})


def _assigned_to(node: Node) -> str:
    parent = node.parent
    if parent is None or parent.type != "assignment":
        return ""
    left = parent.child_by_field_name("left")
    return text_of(left) if left is not None else ""


def _expanded(node: Node, variables: dict[str, str], depth: int = 0) -> str:
    """The text an expression stands for: strings joined, names replaced by what they were last set to."""
    if depth > _DEEPEST:
        return GAP
    if node.type == "identifier":
        return variables.get(text_of(node), GAP)
    if node.type == "string_content" or not node.named_children:
        return text_of(node)
    between = "" if node.type in {"string", "binary_operator", "concatenated_string", "interpolation"} else " "
    skipped = {"string_start", "string_end", "comment"}
    children = [c for c in node.named_children if c.type not in skipped]
    if node.type == "keyword_argument":
        children = children[1:]
    elif node.type == "call":
        children = children[1:] if text_of(children[0]) in {"str", "Request", "urllib.request.Request"} else children
    return between.join(_expanded(c, variables, depth + 1) for c in children)[:_LONGEST]
