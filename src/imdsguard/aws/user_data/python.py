"""Metadata calls in Python scripts: requests, urllib, httpx and their like; boto 2, which knows no token."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from imdsguard.aws.user_data.metadata_service import Target, has_token_header, names_host, target_of
from imdsguard.aws.user_data.python_text import PythonNames, expanded, spread_arguments
from imdsguard.aws.user_data.script import GAP, Language, Script, ScriptCall, ScriptReading
from imdsguard.aws.user_data.shell_values import named
from imdsguard.aws.user_data.syntax_tree import TooDeepError, place_of, text_of, tree_of, walk
from imdsguard.model.reason import Reason, ReasonKind
from imdsguard.model.user_data import Flaw

if TYPE_CHECKING:
    from tree_sitter import Node

_REQUESTS = frozenset(
    {"get", "head", "post", "request", "urlopen", "urlretrieve", "Request", "fetch", "open", "send", "stream"}
)
_OPENERS = frozenset({"HTTPConnection", "HTTPSConnection", "HTTPConnectionPool", "Client", "AsyncClient", "Session"})
_RUNNERS = frozenset({"system", "popen", "Popen", "run", "call", "check_call", "check_output", "getoutput"})
_BOTO2 = frozenset({"get_instance_metadata", "get_instance_userdata", "get_instance_identity"})
_TEXT = frozenset(
    named(
        "print format join str repr urljoin append add startswith endswith replace debug info warning error exception "
        "write getenv get_default setdefault update dict list tuple set bool len strip rstrip lstrip encode put "
        "compile add_argument input Exception ValueError RuntimeError basicConfig match search environ setenv"
    )
)
"""Functions that do nothing to an address but keep, change or show it; `put` asks for a token."""
_NAMES_A_VALUE = {
    "assignment": ("left", "right"),
    "for_statement": ("left", "right"),
    "for_in_clause": ("left", "right"),
    "named_expression": ("name", "value"),
    "default_parameter": ("name", "value"),
    "typed_default_parameter": ("name", "value"),
}
"""What gives a name a value, by the fields of the grammar."""
_MOST_CALLS = 3_000


@dataclass
class _PythonReader:
    """One walk through a script, in the order of its text."""

    script: Script
    names: PythonNames
    armed: frozenset[str]
    functions: dict[str, Node] = field(default_factory=dict)
    calls: list[ScriptCall] = field(default_factory=list)
    inner: list[Script] = field(default_factory=list)
    inlined: int = 0
    seen: int = 0

    def visit(self, tree: Node) -> None:
        """Read all below a node."""
        for node in walk(tree):
            if node.type in _NAMES_A_VALUE:
                self._assign(node, *_NAMES_A_VALUE[node.type])
            elif node.type == "call":
                self.seen += 1
                if self.seen > _MOST_CALLS:
                    return
                self._call(node)

    def _assign(self, node: Node, name: str, value: str) -> None:
        left, right = node.child_by_field_name(name), node.child_by_field_name(value)
        if left is not None and right is not None and left.type in {"identifier", "attribute"}:
            self.names.values[text_of(left)] = expanded(right, self.names)

    def _call(self, node: Node) -> None:
        function, arguments = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        if function is None or arguments is None:
            return
        name = self.names.resolved(text_of(function))
        if text_of(function) in self.functions and self._follow(text_of(function), arguments, node):
            return
        if self._runs_a_command(name, arguments):
            return
        flaw = self._flaw(node, name, arguments)
        if flaw is not None:
            self._found(flaw, node)

    def _follow(self, name: str, arguments: Node, node: Node) -> bool:
        """Read the body of a function of the script with what it is given; false if no address is."""
        given = spread_arguments(arguments, self.names)
        if not any(names_host(text) for text in given.values()) or self.inlined > 2:
            return False
        definition = self.functions[name]
        parameters = definition.child_by_field_name("parameters")
        body = definition.child_by_field_name("body")
        if parameters is None or body is None:
            return False
        named = [text_of(p).split("=", 1)[0].split(":", 1)[0].strip() for p in parameters.named_children]
        bound = {(named[int(key)] if key.isdigit() and int(key) < len(named) else key): v for key, v in given.items()}
        saved, before = dict(self.names.values), len(self.calls)
        self.names.values |= bound
        self.inlined += 1
        self.visit(body)
        self.inlined -= 1
        self.names.values.clear()
        self.names.values |= saved
        if len(self.calls) == before and not any(has_token_header(text_of(n)) for n in (body,)):
            self._found(Flaw.NOT_UNDERSTOOD, node)
        return True

    def _runs_a_command(self, name: str, arguments: Node) -> bool:
        """Keep the shell command that `subprocess.run` and its like run."""
        owner, _, last = name.rpartition(".")
        if last not in _RUNNERS or owner not in {"os", "subprocess", "commands", ""} or not arguments.named_children:
            return False
        line, _ = place_of(arguments)
        command = expanded(arguments.named_children[0], self.names)
        row = self.script.line + line - 1
        self.inner.append(Script(f"{self.script.name}, {last}()", Language.SHELL, command, row, exact=False, late=True))
        return True

    def _flaw(self, node: Node, name: str, arguments: Node) -> Flaw | None:
        owner, _, last = name.rpartition(".")
        if last in _BOTO2 and "boto" in name:
            return Flaw.NO_TOKEN
        text = expanded(arguments, self.names)
        if last not in _REQUESTS:
            known = last in _TEXT or last in _OPENERS or owner.endswith(("logging", "logger", "log"))
            return (
                Flaw.NOT_UNDERSTOOD if names_host(text) and not known and target_of(text) is not Target.TOKEN else None
            )
        address = text
        host = self.names.values.get(owner, "")
        if names_host(host) and not names_host(text):
            # An object that was made for a host: the path is the argument.
            path = next((part for part in text.split() if part.startswith("/")), "/" + GAP)
            base = host.strip().split(" ", 1)[0].rstrip("/")
            address = f"{base if base.startswith('http') else 'http://169.254.169.254'}{path} {text}"
        if target_of(address) is not Target.DATA or has_token_header(address):
            return None
        if last == "get" and address is text and not _names_a_host_first(arguments, self.names):
            return None  # of a dictionary: os.environ.get("BASE", "http://...")
        given = {text_of(child) for child in arguments.named_children if child.type == "identifier"}
        if owner.split(".", 1)[0] in self.armed or _assigned_to(node) in self.armed or given & self.armed:
            return None
        return Flaw.UNDECIDED if _headers_unknown(arguments, self.names) else Flaw.NO_TOKEN

    def _found(self, flaw: Flaw, node: Node) -> None:
        line, column = place_of(node)
        row = self.script.line + line - 1
        what = text_of(node).split("\n", 1)[0][:120]
        self.calls.append(ScriptCall(flaw, what, self.script.name, row, column if self.script.exact else 0))


def read_python(script: Script) -> ScriptReading:
    """Find the calls in a Python script (of either major version)."""
    try:
        tree = tree_of(Language.PYTHON, script.text)
    except TooDeepError:
        return ScriptReading(unread=(Reason(ReasonKind.PYTHON_TOO_DEEP, script.name),))
    reader = _PythonReader(script, PythonNames(_imports(tree)), _armed(tree))
    for node in walk(tree):
        name = node.child_by_field_name("name") if node.type == "function_definition" else None
        if name is not None:
            reader.functions[text_of(name)] = node
    reader.visit(tree)
    unread = (Reason(ReasonKind.MANY_CALLS, script.name),) if reader.seen > _MOST_CALLS else ()
    return ScriptReading(tuple(dict.fromkeys(reader.calls)), tuple(reader.inner), unread)


def _imports(tree: Node) -> dict[str, str]:
    """What the names of imports stand for: `import boto.utils as u`, `from requests import get as g`."""
    found: dict[str, str] = {}
    for node in walk(tree):
        if node.type not in {"import_statement", "import_from_statement"}:
            continue
        module = node.child_by_field_name("module_name")
        prefix = text_of(module) + "." if module is not None else ""
        for each in node.children_by_field_name("name"):
            if each.type == "aliased_import":
                name, alias = each.child_by_field_name("name"), each.child_by_field_name("alias")
                if name is not None and alias is not None:
                    found[text_of(alias)] = prefix + text_of(name)
            elif prefix:
                found[text_of(each)] = prefix + text_of(each)
    return found


def _names_a_host_first(arguments: Node, names: PythonNames) -> bool:
    """Whether the address is the first argument, or one by name."""
    first = arguments.named_children[0]
    return first.type == "keyword_argument" or target_of(expanded(first, names)) is Target.DATA


def _headers_unknown(arguments: Node, names: PythonNames) -> bool:
    for child in arguments.named_children:
        if child.type == "dictionary_splat":
            return True
        if child.type == "keyword_argument":
            name, value = child.child_by_field_name("name"), child.child_by_field_name("value")
            if name is not None and value is not None and text_of(name) == "headers":
                return GAP in expanded(value, names)
    return False


def _armed(tree: Node) -> frozenset[str]:
    """PythonNames of sessions and requests that are given the token header by a call or an assignment of their own."""
    found = set()
    for node in walk(tree):
        if node.type == "call":
            function = node.child_by_field_name("function")
            if function is not None and function.type == "attribute" and has_token_header(text_of(node)):
                found.add(text_of(function).split(".", 1)[0])
        elif node.type == "assignment":
            left = node.child_by_field_name("left")
            if left is not None and left.type in {"subscript", "attribute"} and has_token_header(text_of(node)):
                found.add(text_of(left).split(".", 1)[0].split("[", 1)[0])
    return frozenset(found - {"requests", "urllib", "urllib2", "httpx", "http"})


def _assigned_to(node: Node) -> str:
    parent = node.parent
    if parent is None or parent.type != "assignment":
        return ""
    left = parent.child_by_field_name("left")
    return text_of(left) if left is not None else ""
